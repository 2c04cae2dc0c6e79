"""The reference run: the records in `benches/records`, and what the documentation says of them.

    python benches/reference.py             # measure, write the records, then the documentation
    python benches/reference.py --write     # the documentation anew, from the records
    python benches/reference.py --check     # whether it is what the records say

Two inputs: rez's bundled repository, which is in rez's own package, and the definitions of this
project that compute something (`tests/fixtures/dynamic` and `examples/computed`), each as a
`package.py` in a folder of its own. `rezload bench` measures both, with the peers rer-package
(feature `peers`) and rez-next. What it needs is kept in `~/.cache/rezload/reference`; the build
is in CARGO_TARGET_DIR or the cache.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "benches" / "records"
REZ = "rez==3.4.0"
REZ_NEXT = "rez-next==0.3.12"
BEGIN, END = "<!-- reference: python benches/reference.py -->\n", "<!-- end of reference -->\n"
PAGES = {"README.md": "readme", "docs/benchmarks.md": "tables"}

FIRST = "rezload, first pass"
#: Paths of rez, and what each is.
REZ_PATHS = {
    "rez load_from_file": "`rez.serialise.load_from_file` (whole definition, nothing validated)",
    "rez repository package": "rez's repository package (the four fields, as a solve reads them)",
    "rez DeveloperPackage": "rez's `DeveloperPackage` (what `rez build` makes of a source)",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="don't measure")
    parser.add_argument("--check", action="store_true", help="don't measure, nor write")
    args = parser.parse_args()
    if not (args.write or args.check):
        measure()
    stale = [page for page, text in pages() if (ROOT / page).read_text("utf-8") != text]
    if args.check:
        for page in stale:
            print(f"{page} isn't what the records say: python benches/reference.py --write")
        return bool(stale)
    for page, text in pages():
        (ROOT / page).write_text(text, "utf-8")
    return 0


def measure() -> None:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rezload"
    env = {**os.environ, "CARGO_TARGET_DIR": os.environ.get("CARGO_TARGET_DIR", str(cache / "target"))}
    env.pop("PYTHONPATH", None)
    # what has the dependencies of the wheel, so that they are built once
    features = "cli,python,vm,peers"
    build = ["cargo", "build", "--release", "--ignore-rust-version", "--features", features]
    subprocess.run(build, cwd=ROOT, env=env, check=True)
    rezload = Path(env["CARGO_TARGET_DIR"]) / "release" / "rezload"

    home = cache / "reference"
    python = home / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(home / "venv", with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, REZ], check=True)
    subprocess.run([*pip, "--no-deps", "--force-reinstall", str(ROOT)], env=env, check=True)
    # it has a package `rez` of its own, which would hide rez
    peers = home / "peers"
    shutil.rmtree(peers, ignore_errors=True)
    subprocess.run([*pip, "--no-deps", "--target", str(peers), REZ_NEXT], check=True)
    shutil.rmtree(peers / "rez")
    env["PYTHONPATH"] = str(peers)

    where = "import os, rez; print(os.path.dirname(rez.__file__))"
    found = subprocess.run([str(python), "-c", where], stdout=subprocess.PIPE, check=True, text=True)
    archive = Path(found.stdout.strip()) / "data" / "benchmarking" / "packages.tar.gz"
    RECORDS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # relative names: a record has no path of the machine
        with tarfile.open(archive) as tar:
            tar.extractall(Path(folder) / "bundled")
        definitions(Path(folder) / "dynamic")
        for name in ("bundled", "dynamic"):
            command = [str(rezload), "bench", name, "--json", "--python", str(python), "-o", "out"]
            done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, check=True)
            record = json.loads(done.stdout)
            text = json.dumps(rounded(record), indent=1)
            (RECORDS / f"{name}.json").write_text(text + "\n", "utf-8")


def definitions(folder: Path) -> None:
    """This project's definitions that compute something, as packages in `folder`."""
    for path in sorted((ROOT / "tests" / "fixtures" / "dynamic").glob("*.py")):
        target = folder / path.stem
        target.mkdir(parents=True)
        shutil.copy(path, target / "package.py")
    for path in sorted((ROOT / "examples" / "computed").glob("*/package.py")):
        shutil.copytree(path.parent, folder / path.parent.name)


def rounded(value: Any) -> Any:
    """Without digits that say nothing, and without percentiles, which are for plots."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items() if key != "percentiles"}
    return value


def pages() -> Iterator[tuple[str, str]]:
    """Each page with the text that it should have."""
    records = {
        name: json.loads((RECORDS / f"{name}.json").read_text("utf-8"))
        for name in ("bundled", "dynamic")
    }
    for page, kind in PAGES.items():
        text = (ROOT / page).read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        _, found, after = rest.partition(END)
        if not found:
            raise SystemExit(f"{page} has no place for the reference run")
        made = readme(records) if kind == "readme" else tables(records)
        yield page, before + BEGIN + made + END + after


def readme(records: dict[str, Any]) -> str:
    bundled, dynamic = records["bundled"], records["dynamic"]
    memory = {row["name"]: row for row in bundled["memory"]}
    peer = ratio(memory["rer-package"]["seconds"], memory["static tier"]["seconds"])
    computing = f"{dynamic['inputs']['files']} definitions of our own that compute"
    lines = [
        f"| {machine(bundled)} | rez's {bundled['inputs']['files']:,} bundled packages | {computing} |",
        "|---|---|---|",
        f"| served without Python | {mix(bundled)} | {mix(dynamic)} |",
        f"| open, read and load: median of a file | {median(bundled)} | {median(dynamic)} |",
    ]
    lines += [
        f"| {what} takes | {times(bundled, path)} | {times(dynamic, path)} |"
        for path, what in REZ_PATHS.items()
    ]
    lines.append(
        f"| the crate `rer-package` takes, in memory | {peer} times as long, and serves "
        f"{share(memory['rer-package'])} | |"
    )
    return "\n".join(lines) + "\n"


def tables(records: dict[str, Any]) -> str:
    parts = []
    for name, title in (
        ("bundled", "rez's bundled repository"),
        ("dynamic", "this project's definitions that compute something"),
    ):
        record = records[name]
        inputs, python = record["inputs"], record["python"]
        load = record["machine"]["load"]
        parts.append(
            f"**{title[0].upper() + title[1:]}**: {inputs['files']:,} files, {inputs['bytes']:,} bytes, "
            f"digest `{inputs['digest']}`. {record['date'][:10]}, {record['machine']['processor']}, "
            f"{record['machine']['cores']} cores, load average {load[0]:.1f} before and {load[1]:.1f} "
            f"after; rez {python['rez']} on Python {python['python']}.\n"
        )
        parts.append("| | served | median | p95 | MiB/s | answers |\n|---|---|---|---|---|---|")
        for row in [*record["memory"], *record["by_tier"]]:
            parts.append(line(row, "in memory: "))
        for row in record["sample"]:
            parts.append(line(row, "from disk: "))
        parts.append("")
        parts.append(
            "| how many times as long | as | files | by medians | by totals | with rez for the rest |\n"
            "|---|---|---|---|---|---|"
        )
        for item in record["ratios"]:
            whole = item["with_rez"]
            parts.append(
                f"| {item['other']} | {item['rezload']} | {item['files']} | {ratio(item['of_medians'])} "
                f"| {ratio(item['of_totals'])} | {'' if whole is None else ratio(whole)} |"
            )
        parts.append("")
        parts.append("| all files, from disk | cache | threads | files a second |\n|---|---|---|---|")
        for item in record["threads"]:
            parts.append(
                f"| {item['what']} | {item['cache']} | {item['threads']} "
                f"| {item['files_per_second']:,.0f} |"
            )
        parts.append("")
    return "\n".join(parts)


def line(row: dict[str, Any], prefix: str) -> str:
    answers = row["answers"]
    said = ""
    if answers:
        wrong = answers["different"] + answers["refused_by_rez"]
        said = f"`{answers['digest']}`" + (
            f", rez `{answers['rez_digest']}`: {answers['different']} different, "
            f"{answers['refused_by_rez']} that rez refuses"
            if wrong
            else f", as rez on {answers['compared']}"
        )
    return (
        f"| {prefix}{row['name']} | {row['served']:,} of {row['files']:,} "
        f"| {duration(row['time']['median'])} | {duration(row['time']['p95'])} "
        f"| {row['bytes_per_second'] / 2**20:.1f} | {said} |"
    )


def machine(record: dict[str, Any]) -> str:
    return f"{record['date'][:10]}, {record['machine']['processor']}, {record['machine']['cores']} cores"


def mix(record: dict[str, Any]) -> str:
    row = next(row for row in record["memory"] if row["name"] == "ladder, first pass")
    parts = [
        f"{tier} {row['tiers'][tier]:,}" for tier in ("static", "vm") if row["tiers"].get(tier)
    ]
    return f"{share(row)} ({', '.join(parts)})"


def share(row: dict[str, Any]) -> str:
    return f"{100 * row['served'] / row['files']:.1f}%"


def median(record: dict[str, Any]) -> str:
    row = next(row for row in record["sample"] if row["name"] == FIRST)
    return duration(row["time"]["median"])


def times(record: dict[str, Any], path: str) -> str:
    item = next(i for i in record["ratios"] if i["other"] == path and i["rezload"] == FIRST)
    return f"{ratio(item['of_medians'])} times as long (median), {ratio(item['of_totals'])} (total)"


def ratio(value: float, by: float = 1.0) -> str:
    value /= by
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def duration(nanoseconds: float) -> str:
    for limit, unit in ((1e3, "ns"), (1e6, "µs"), (1e9, "ms")):
        if nanoseconds < limit:
            return f"{float(f'{nanoseconds / limit * 1e3:.3g}'):g} {unit}"
    return f"{nanoseconds / 1e9:.2f} s"


if __name__ == "__main__":
    sys.exit(main())
