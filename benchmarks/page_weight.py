"""What every page of the built book weighs for a reader who comes for the first time.

``python benchmarks/page_weight.py [PAGE ...]`` (all of them; build the book before): over HTTP
from this machine, each page in a browser that has nothing stored. Bytes of all that was fetched,
those of MathJax among them, the heaviest file that is none of it, and the milliseconds until the
first of the page was painted. A page over the limit is marked; it is not a fault.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 2_000_000  # bytes of a chapter
PAINT = """() => performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)[0]"""
FETCHED = """() => performance.getEntriesByType('resource')
  .concat(performance.getEntriesByType('navigation'))
  .map(entry => [entry.name, entry.encodedBodySize])"""


def weigh(browser, address):
    """Bytes of each file of a page, and when it was painted first, in milliseconds."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    page.wait_for_function("() => !window.MathJax || window.MathJax.startup?.promise")
    page.evaluate("() => window.MathJax && MathJax.startup.promise.then(() => true)")
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_load_state("networkidle")
    found = dict(page.evaluate(FETCHED)), page.evaluate(PAINT)
    context.close()
    return found


def told(name, files, paint):
    """One line about a page."""
    total = sum(files.values())
    maths = sum(size for file, size in files.items() if "/mathjax/" in file)
    file, size = max(
        ((file, size) for file, size in files.items() if "/mathjax/" not in file),
        key=lambda item: item[1],
    )
    mark = "  over" if total > LIMIT else ""
    heaviest = f"{file.split('/')[-1][-40:]} {size / 1e6:.2f}"
    return f"{name:40} {total / 1e6:5.2f} {maths / 1e6:5.2f} {paint:7.0f}   {heaviest}{mark}"


def main(names):
    """Weigh the pages of these names."""
    from playwright.sync_api import sync_playwright

    from tools.browser import chromium, served
    from tools.gates.sources import toc_pages

    html = ROOT / "_build" / "html"
    if not (html / "index.html").is_file():
        sys.exit("The book is not built:  make book")
    if (path := chromium()) is None:
        sys.exit("There is no browser to open the pages in:  make system")
    if unknown := [name for name in names if not (html / f"{name}.html").is_file()]:
        one = next(iter(toc_pages()))
        sys.exit(f"no page is called {unknown[0]!r}, expected one such as {one!r}")
    print(f"{'page':40} {'MB':>5} {'maths':>5} {'ms':>7}   heaviest file besides, MB")
    with sync_playwright() as playwright, served(html) as address:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        totals = []
        for name in names or toc_pages():
            files, paint = weigh(browser, f"{address}{name}.html")
            totals.append(sum(files.values()))
            print(told(name, files, paint), flush=True)
        browser.close()
    over = sum(total > LIMIT for total in totals)
    heaviest = f"the heaviest {max(totals) / 1e6:.2f}"
    print(f"{len(totals)} pages, {over} over {LIMIT / 1e6:.0f} MB, {heaviest}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1:])
