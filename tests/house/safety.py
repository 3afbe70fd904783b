"""What no file may do: run what it reads, import by name, draw from a global stream."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from house.syntax import Module, Offence, calls, is_constant, keyword

# ---- what executes what it reads ---------------------------------------------------------------

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
LOADERS = set(
    """torch.load torch.jit.load torch.hub.load torch.package.PackageImporter joblib.load yaml.load
    yaml.load_all yaml.full_load yaml.unsafe_load yaml.unsafe_load_all os.system os.popen
    subprocess.getoutput subprocess.getstatusoutput importlib.util.spec_from_file_location
    builtins.eval builtins.exec builtins.compile builtins.__import__""".split()
)
PICKLES = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "runpy"}
METHODS = set(
    """read_pickle to_pickle all_gather_object gather_object broadcast_object_list
    scatter_object_list send_object_list recv_object_list""".split()
)


def executes(module: Module) -> Iterator[Offence]:
    """Whatever runs text, unpickles, or hands a string to a shell."""
    for line, name in module.imports():
        if name.partition(".")[0] in PICKLES or name in LOADERS:
            yield line, f"imports {name}"
    for node in module.nodes:
        if isinstance(node, ast.Name) and node.id in RUNS_TEXT - set(module.aliases):
            yield node.lineno, f"uses {node.id}"
        if isinstance(node, ast.Attribute):
            if node.attr in METHODS or module.dotted(node) in LOADERS:
                yield node.lineno, f"uses {module.dotted(node) or node.attr}"
    for call, name in calls(module):
        if name == "numpy.load" and not is_constant(keyword(call, "allow_pickle"), False):
            yield call.lineno, "numpy.load without allow_pickle=False"
        for argument in ("allow_pickle", "shell"):
            value = keyword(call, argument)
            if value is not None and not is_constant(value, False):
                yield call.lineno, f"{argument} that is not False"
        yield from _frame_formula(call)


def _frame_formula(call: ast.Call) -> Iterator[Offence]:
    """DataFrame.eval and .query; a network's eval() has no argument, a tree may be queried."""
    if isinstance(call.func, ast.Attribute):
        owner = ast.unparse(call.func.value).lower()
        if call.func.attr == "eval" and (call.args or call.keywords):
            yield call.lineno, "a method eval with arguments"
        if call.func.attr == "query" and "tree" not in owner:
            yield call.lineno, "a method query of what is not called a tree"


def imports_by_name(module: Module) -> Iterator[Offence]:
    for call, name in calls(module):
        if name in {"importlib.import_module", "importlib.__import__", "pkgutil.resolve_name"}:
            yield call.lineno, f"{name}: modules are named where they are imported"


# ---- where randomness comes from ---------------------------------------------------------------

TORCH_DRAWS = {
    f"torch.{name}"
    for name in """rand randn randint randperm normal bernoulli multinomial poisson rand_like
    randn_like randint_like""".split()
}
FILLS = set(
    """normal_ uniform_ random_ exponential_ bernoulli_ cauchy_ geometric_ log_normal_
    trunc_normal_ xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_
    orthogonal_""".split()
)
NUMPY_STREAMS = {"default_rng", "Generator", "SeedSequence", "Philox", "PCG64", "BitGenerator"}
STREAMLESS = {"torch.manual_seed", "torch.seed", "torch.nn.Dropout"}
STREAMLESS |= {"torch.nn.functional.dropout", "torch.random.manual_seed", "torch.dropout"}


def draws_globally(module: Module) -> Iterator[Offence]:
    """A draw that names no stream of its own."""
    for call, name in calls(module):
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        bare = keyword(call, "generator") is None
        head, _, last = name.rpartition(".")
        if bare and (name in TORCH_DRAWS or method in FILLS) or name in STREAMLESS:
            yield call.lineno, f"{name or method} draws from the global stream"
        if head == "numpy.random" and (last not in NUMPY_STREAMS or not call.args + call.keywords):
            yield call.lineno, f"{name} without a seed"
        if head == "random" and "random" in module.aliases.values():
            if last != "Random" or not call.args:
                yield call.lineno, f"{name} draws from the global stream"
        if method == "rvs" and keyword(call, "random_state") is None:
            yield call.lineno, "rvs without random_state"
