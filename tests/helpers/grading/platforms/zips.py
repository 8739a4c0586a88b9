"""Archives as the platforms' own sources write them, built by the tests."""

import json
import zipfile

from tests.grading import toy

THEN = (2027, 3, 1, 14, 5, 0)


def notebook(solution=toy.SOLUTION):
    """A notebook of the toy assignment, as bytes."""
    return json.dumps(toy.submission(solution)).encode()


def make(path, files, *, when=THEN, modes=()):
    """A zip of these files; ``modes`` has the Unix mode of some."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, when)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = dict(modes).get(name, 0o100644) << 16
            archive.writestr(member, content)
    return path


def in_each_layout(content):
    """One class in the layout of each platform: files, and the students it tells of."""
    submitters = (
        "submission_11:\n  :submitters:\n  - :name: Ada Byron\n    :sid: 'a1'\n"
        "    :email: ada@example.org\n  :created_at: 2027-03-01 14:05:00.123456789 Z\n"
        "  :score: 0.0\n"
        "submission_12:\n  :submitters:\n  - :name: Bob Lee\n    :sid: 'b2'\n"
        "    :email: bob@example.org\n  - :name: Eve Li\n    :email: eve@example.org\n"
        "  :created_at: 2027-03-01 15:05:00 Z\n"
    )
    return {
        "moodle": (
            {
                "Ada Byron_101_assignsubmission_file/toy.ipynb": content,
                "Bob Lee_102_assignsubmission_file_toy (1).ipynb": content,
                "Eve Li_103_assignsubmission_file_/part/toy.ipynb": content,
                "Eve Li_103_assignsubmission_onlinetext/onlinetext.html": b"<p>hello",
            },
            {"101", "102", "103"},
        ),
        "canvas": (
            {
                "byronada_201_9001_toy.ipynb": content,
                "leebob_LATE_202_9002_toy-1.ipynb": content,
                "lieve_203_9003_my_2_3_toy.ipynb": content,
                "lieve_203_9004_notes.pdf": b"%PDF",
                "moanoa_204_text.html": b"<p>hello",
            },
            {"201", "202", "203"},
        ),
        "blackboard": (
            {
                "Week 1_ada_attempt_2027-02-28-10-00-00.txt": b"Name: Ada Byron (ada)\n",
                "Week 1_ada_attempt_2027-02-28-10-00-00_toy.ipynb": b"{}",
                "Week 1_ada_attempt_2027-03-01-14-05-00.txt": b"Name: Ada Byron (ada)\n",
                "Week 1_ada_attempt_2027-03-01-14-05-00_toy.ipynb": content,
                "Week 1_bob_lee_attempt_2027-03-01-14-05-00.txt": b"Name: Bob Lee (bob_lee)\r\n",
                "Week 1_bob_lee_attempt_2027-03-01-14-05-00_my_toy.ipynb": content,
            },
            {"ada", "bob_lee"},
        ),
        "gradescope": (
            {
                "assignment_7_export/submission_metadata.yml": submitters.encode(),
                "assignment_7_export/submission_11/toy.ipynb": content,
                "assignment_7_export/submission_12/toy.ipynb": content,
                "assignment_7_export/submission_13/toy.ipynb": content,
            },
            {"a1", "b2", "eve@example.org"},
        ),
    }
