#!/usr/bin/env python3
"""Holds the papers beside this file, which `cargo test` compares with what `ecrsim submit` writes, against the engines' own
schemas, without a cluster: Indexed Jobs by kubernetes-validate, jobs of AWS Batch by botocore's parameter validator, and
what shells read of Slurm's scripts by a shell.

Needs the packages kubernetes-validate and botocore.
"""

import json
import pathlib
import subprocess
import sys

import botocore.loaders
import botocore.model
import botocore.validate
import kubernetes_validate
import yaml

HERE = pathlib.Path(__file__).parent
KUBERNETES = "1.33"
OPERATIONS = {
    "job-definition.json": "RegisterJobDefinition",
    "sweep.json": "SubmitJob",
    "merge.json": "SubmitJob",
}
# The paths of src/experiment/cluster/submit/tests.rs, as the container sees them.
FILE = "/sweep/2 Slots.toml"
FOLDER = '/sweep/out 100% "$(done)"'


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r}, not {wanted!r}")
    print(f"  {what}: as it should be")


def check_kubernetes(folder, shards):
    for name in ["sweep.yaml", "merge.yaml"]:
        job = yaml.safe_load((folder / name).read_text())
        kubernetes_validate.validate(job, KUBERNETES, strict=True)
        words = job["spec"]["template"]["spec"]["containers"][0]["command"]
        # Kubernetes reads `$$` as `$`.
        words = [word.replace("$$", "$") for word in words]
        expect(f"{folder.name}/{name}: paths", [words[2], words[4]], [FILE, FOLDER])
    job = yaml.safe_load((folder / "sweep.yaml").read_text())["spec"]
    expect(f"{folder.name}: shards", [job["completionMode"], job["completions"]], ["Indexed", shards])


def check_aws_batch(folder, shards):
    loader = botocore.loaders.Loader()
    service = botocore.model.ServiceModel(loader.load_service_model("batch", "service-2"))
    for name, operation in OPERATIONS.items():
        parameters = json.loads((folder / name).read_text())
        shape = service.operation_model(operation).input_shape
        report = botocore.validate.ParamValidator().validate(parameters, shape)
        expect(f"{folder.name}/{name}: {operation}", report.generate_report(), "")
        unknown = unknown_members(parameters, shape)
        expect(f"{folder.name}/{name}: unknown keys", unknown, [])
    words = json.loads((folder / "job-definition.json").read_text())["containerProperties"]["command"]
    expect(f"{folder.name}: paths", [words[2], words[4]], [FILE, FOLDER])
    size = json.loads((folder / "sweep.json").read_text())["arrayProperties"]["size"]
    expect(f"{folder.name}: shards", size, shards)


def unknown_members(value, shape, path=""):
    """botocore tells unknown keys at the top alone; AWS itself takes none at any depth."""
    if shape.type_name == "structure":
        unknown = [f"{path}.{key}" for key in value if key not in shape.members]
        known = [key for key in value if key in shape.members]
        return unknown + [it for key in known for it in unknown_members(value[key], shape.members[key], f"{path}.{key}")]
    if shape.type_name == "list":
        return [it for item in value for it in unknown_members(item, shape.member, f"{path}[]")]
    return []


def check_slurm(folder):
    file, out = "/shared/Jo's sweeps/2 Slots.toml", "/shared/Jo's sweeps/out 100% \"$(done)\""
    program = "/opt/ecr sim/ecrsim"
    wanted = {
        "sweep.sh": [program, "sweep", file, "--out", out, "--shard", "auto", "--shards", "8"],
        "merge.sh": [program, "merge", file, "--out", out, "--shards", "8"],
    }
    for name, words in wanted.items():
        text = (folder / name).read_text()
        shown = text.replace("\nexec ", "\nprintf '%s\\n' ")
        said = subprocess.run(["sh", "-c", shown], check=True, capture_output=True, text=True).stdout
        expect(f"{folder.name}/{name}: words", said.splitlines(), words)


check_slurm(HERE / "slurm")
for name in ["kubernetes", "kubernetes-least"]:
    check_kubernetes(HERE / name, 8)
for name in ["aws-batch", "aws-batch-least"]:
    check_aws_batch(HERE / name, 8)
for script in sorted(HERE.glob("*/commands.sh")):
    subprocess.run(["sh", "-n", str(script)], check=True)
