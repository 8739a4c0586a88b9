"""What is kept of a notebook's outputs: kinds that can be shown, as far as they fit."""

from __future__ import annotations

from typing import Any

from helpers.grading.wire import Message, checked

#: All other kinds could run in a browser, or need a program that is not there.
KINDS = ("text/plain", "text/html", "image/png", "image/jpeg")
MOST = 1000  # outputs of a notebook
EACH = 50  # characters that an output, or a line of a traceback, counts beside its text
CUT = "\n[output cut here]\n"

Output = dict[str, Any]


class Outputs:
    """The outputs of a notebook's cells, which share one budget of characters."""

    def __init__(self, characters: int) -> None:
        self.left, self.room = characters, MOST
        self.longest = 2 * characters + 100_000  # bytes of JSON in which something may fit
        self._cells: dict[str, list[Output]] = {}
        self._cut: set[str] = set()

    def keep(self, cell: str, message: Message) -> None:
        """Add what a message shows to the outputs of a cell.

        Raises
        ------
        Unreadable
            If it claims to be an output and is not of the form of one.
        """
        shown = self._cells.setdefault(cell, [])
        if cell in self._cut or message.kind not in READ:
            return
        output = None
        if self.left > 0 and len(message.raw) <= self.longest:
            output = READ[message.kind](message.content(self.longest))
            if output is None:
                return
        self._add(cell, shown, output)

    def spend(self, text: str) -> None:
        """Take a text that is kept elsewhere from the budget."""
        self.left -= len(text)

    def of(self, cell: str) -> list[Output]:
        """What a cell has shown so far, as far as it was kept."""
        return self._cells.get(cell, [])

    def by_cell(self) -> dict[str, list[Output]]:
        """The outputs of each cell, as a notebook holds them."""
        return {cell: [_joined(output) for output in shown] for cell, shown in self._cells.items()}

    def _add(self, cell: str, shown: list[Output], output: Output | None) -> None:
        follows = bool(output and shown and _continues(shown[-1], output))
        size = _size(output) - EACH * follows if output else 0
        if output and size <= self.left and (follows or self.room > 0):
            self.left -= size
            if follows:
                shown[-1]["text"] += output["text"]
            else:
                self.room -= 1
                shown.append(output)
            return
        self._cut.add(cell)
        note = [output["text"][0][: self.left] if output and "text" in output else "", CUT]
        self.left = 0
        if follows:
            shown[-1]["text"] += note
        else:
            shown.append({"output_type": "stream", "name": "stdout", "text": note})


def _stream(content: dict[str, Any]) -> Output | None:
    name = "stderr" if content.get("name") == "stderr" else "stdout"
    text = plain(content.get("text"))
    # A list, to which what follows is added: a text would be copied each time.
    return {"output_type": "stream", "name": name, "text": [text]} if text else None


def _display(content: dict[str, Any]) -> Output | None:
    bundle = checked(content, "data", dict)
    data = {kind: text for kind in KINDS if kind in bundle and (text := plain(bundle[kind]))}
    return {"output_type": "display_data", "data": data, "metadata": {}} if data else None


def _result(content: dict[str, Any]) -> Output | None:
    output = _display(content)
    return output and output | {"output_type": "execute_result", "execution_count": None}


def _error(content: dict[str, Any]) -> Output:
    traceback = [plain(line) for line in checked(content, "traceback", list)]
    names = {name: plain(content.get(name)) for name in ("ename", "evalue")}
    return {"output_type": "error", "traceback": traceback} | names


READ = {
    "stream": _stream,
    "display_data": _display,
    "execute_result": _result,
    "error": _error,
}


def plain(value: Any) -> str:
    """A value as text that can be written to a file; empty if it is not of a simple kind."""
    if type(value) is list and all(type(line) is str for line in value):
        value = "".join(value)
    elif type(value) in (bool, int, float):
        value = str(value)
    # JSON can name halves of characters, which no file can hold.
    return value.encode(errors="replace").decode() if type(value) is str else ""


def _continues(last: Output, output: Output) -> bool:
    return last.get("name") == output.get("name") and "text" in last and "text" in output


def _size(output: Output) -> int:
    texts = [*output.get("text", []), *output.get("data", {}).values()]
    texts += [output.get("ename", ""), output.get("evalue", "")]
    lines = output.get("traceback", [])
    return EACH + sum(map(len, texts)) + sum(EACH + len(line) for line in lines)


def _joined(output: Output) -> Output:
    return output | {"text": "".join(output["text"])} if "text" in output else output
