"""Builds the C API by cargo, in the checkout's own target directory, and puts the shared library into the wheel."""

import json
import os
import shlex
import subprocess
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARIES = (".so", ".dylib", ".dll")


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        checkout = Path(self.root).parent
        if self.target_name == "sdist" or not (checkout / "capi" / "Cargo.toml").is_file():
            raise RuntimeError("abreast is built in its checkout, as a wheel: python -m build --wheel ./python")
        library = build(checkout)
        # No extension module: any Python 3 loads it, on this kind of machine.
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform()}"
        where = "force_include_editable" if version == "editable" else "force_include"
        build_data[where][str(library)] = f"abreast/{library.name}"


def build(checkout):
    """The shared library, as cargo says where it is."""
    command = [os.environ.get("CARGO", "cargo"), "build", "--release", "--package", "abreast-capi", "--lib"]
    command += ["--message-format=json-render-diagnostics", *shlex.split(os.environ.get("ABREAST_CARGO_FLAGS", ""))]
    try:
        made = subprocess.run(command, cwd=checkout, stdout=subprocess.PIPE, text=True)
    except FileNotFoundError:
        raise RuntimeError(f"there is no {command[0]}: the shared library is built by Rust's cargo") from None
    if made.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed, in {checkout}")
    messages = [json.loads(line) for line in made.stdout.splitlines()]
    of_capi = (m for m in messages if m.get("target", {}).get("name") == "abreast_capi")
    files = (Path(file) for message in of_capi for file in message.get("filenames", ()))
    return next(file for file in files if file.suffix in LIBRARIES)


def platform():
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
