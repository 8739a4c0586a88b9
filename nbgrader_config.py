"""Configuration of nbgrader: the folders of the course, and an environment that grades fairly."""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - traitlets provides it

root = Path(__file__).resolve().parent
exchange = root / "exchange"

# A new gradebook calls `alembic`, which lives beside this Python and may not be on PATH.
programs = str(Path(sys.executable).parent)
if programs not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
# nbgrader gives 0 points to a test cell with any text on stderr: TensorFlow's log lines count.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "networks-that-remember"
c.CourseDirectory.source_directory = str(Path("_build", "source"))
# For machines alone: `make exercises` takes from there what it puts where people work.
c.CourseDirectory.release_directory = str(Path("_build", "release"))
# Two programs may write at once (formgrader and the command line): wait rather than fail.
sqlite = f"sqlite:///{root / 'gradebook.db'}?timeout=60"
c.CourseDirectory.db_url = os.environ.get("COURSE_GRADEBOOK", sqlite)

# The assignment list needs an exchange that everybody may write to.
c.Exchange.root = str(exchange)
exchange.mkdir(parents=True, exist_ok=True)
exchange.chmod(0o777)

c.ExecutePreprocessor.timeout = 300
c.Execute.timeout = 300
c.Execute.kernel_name = "python3"
stub = '# YOUR CODE HERE\nraise NotImplementedError("this task is not done yet")'
c.ClearSolutions.code_stub = {"python": stub}
# Stock feedback shows a learner the hidden tests, as source and in tracebacks, and runs the
# scripts in a student's outputs in the browser of whoever reads it.
c.GenerateFeedback.exporter_class = "helpers.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "helpers.grading.feedback.HideTests",
    "helpers.grading.feedback.HideTracebacks",
    "helpers.grading.feedback.SanitiseOutputs",
]
