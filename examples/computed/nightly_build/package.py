import datetime

name = "nightly_build"

version = datetime.date.today().strftime("%Y.%m.%d")

requires = ["python-3"]
