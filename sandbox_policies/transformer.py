"""The inner wall: RestrictedPython's transformer, made to admit what people and models really write.

It refuses by name and by shape, with a hint, and leaves a guard only where a name could lead out of
the script (`Policy.watched_names`). It is lint with good messages; the kernel is the boundary.
"""

import ast
import re
from string import Formatter

from RestrictedPython.transformer import INSPECT_ATTRIBUTES, RestrictingNodeTransformer, copy_locations

from sandbox_policies.policy import Policy
from schemas.validation import Finding

MAGIC_WORDS = """
init post_init new init_subclass class_getitem repr str format hash bool len iter next contains call enter
exit getitem setitem delitem missing reversed getattr eq ne lt le gt ge int float complex index round trunc
floor ceil abs neg pos invert add sub mul truediv floordiv mod divmod pow matmul and or xor lshift rshift
radd rsub rmul rtruediv rfloordiv rmod rdivmod rpow rmatmul rand ror rxor iadd isub imul itruediv ifloordiv
imod ipow imatmul iand ior ixor get set delete set_name copy deepcopy length_hint
"""
MAGIC_METHODS = frozenset(f"__{word}__" for word in MAGIC_WORDS.split())
CLASS_NAMES = frozenset(
    ["__slots__", "__match_args__", "__hash__", "__all__", "__doc__", "__version__", "__author__"]
)
READABLE_PRIVATE = frozenset(
    ["__name__", "__doc__", "__qualname__", "__cause__", "__dataclass_fields__", "__annotations__"]
)
NAMED_TUPLE = frozenset(["_asdict", "_replace", "_fields", "_make"])
LOCAL_ATTRIBUTE = re.compile(r"@\s*\w+\s*\.")
PATH_KEYWORDS = frozenset(["path_or_buf", "buf", "path_or_buffer", "filepath_or_buffer"])


class ScriptTransformer(RestrictingNodeTransformer):
    """Checks a script's syntax tree against a policy and rewrites the few guarded look-ups.

    `findings` holds what was refused; the tree is only fit to run when it stays empty.
    """

    def __init__(self, policy: Policy, watched: frozenset[str], bound: frozenset[str]) -> None:
        super().__init__()
        self.policy = policy
        self.watched = watched
        self.bound = bound
        self.findings: list[Finding] = []
        self.modules: dict[str, str] = {}
        self.called: set[ast.Attribute] = set()

    def refuse(self, node: ast.AST, code: str, message: str, hint: str) -> None:
        """Record one finding at `node`."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        self.findings.append(Finding(code=code, message=message, line=line, column=column, hint=hint))

    def error(self, node: ast.AST, info: str) -> None:
        """RestrictedPython's own refusals, in our form."""
        self.refuse(node, "STATEMENT_REFUSED", info.rstrip("."), "Write it with ordinary statements.")

    def gen_tmp_name(self) -> str:
        """Names that no script can write: they end with an underscore too."""
        return super().gen_tmp_name() + "_"

    def check_name(self, node: ast.AST, name: str | None, allow_magic_methods: bool = False) -> None:
        """Refuse names that would rebind our guards or Python's own tables."""
        if name is None or not name.startswith("_") or name in ("_", "__") or name in CLASS_NAMES:
            return
        if name in MAGIC_METHODS:
            return
        if name.startswith("__") or name.endswith("_"):
            self.refuse(
                node,
                "NAME_REFUSED",
                f"the name {name!r} is reserved",
                "Use a name without double underscores.",
            )

    # names and attributes

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load):
            if node.id == "__name__":
                return node
            rule = self.policy.refused_builtins.get(node.id)
            if rule and node.id not in self.bound:
                self.refuse(node, "BUILTIN_REFUSED", f"{node.id!r} is not available: {rule.why}", rule.hint)
                return node
        self.check_name(node, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if (
            node.attr == "__name__"
            and isinstance(node.value, ast.Attribute)
            and node.value.attr == "__class__"
        ):
            node.value = ast.copy_location(
                ast.Call(func=ast.Name("type", ast.Load()), args=[node.value.value], keywords=[]), node.value
            )
            ast.fix_missing_locations(node.value)
        path = self.module_path(node.value)
        self.check_attribute(node, path)
        node = self.node_contents_visit(node)
        rule = self.policy.attributes.get(node.attr)
        is_open = path is None or (rule is not None and rule.guard is not None)
        if isinstance(node.ctx, ast.Load) and node.attr in self.watched and is_open:
            guarded = ast.Call(
                func=ast.Name("_getattr_", ast.Load()),
                args=[node.value, ast.Constant(node.attr)],
                keywords=[],
            )
            copy_locations(guarded, node)
            return guarded
        return node

    def check_attribute(self, node: ast.Attribute, path: str | None) -> None:
        """Refuse private, dangerous and, on an imported module at `path`, unlisted names."""
        name = node.attr
        rule = self.policy.attributes.get(name)
        if name.startswith("_") and not self.may_read_private(node):
            hint = (
                "Use type(x).__name__."
                if name == "__class__"
                else "Private names of other objects are not for scripts."
            )
            self.refuse(node, "ATTRIBUTE_REFUSED", f"the attribute {name!r} is private", hint)
        elif name in INSPECT_ATTRIBUTES or (rule and rule.decision == "refuse"):
            why = rule.why if rule else "it leads into the interpreter"
            self.refuse(
                node,
                "ATTRIBUTE_REFUSED",
                f"the attribute {name!r} is refused: {why}",
                rule.hint if rule else "A script does not need it.",
            )
        elif path is not None and not self.policy.allows_name(path, name):
            module_rule = self.policy.allowed_modules[path]
            self.refuse(
                node,
                "ATTRIBUTE_REFUSED",
                f"{path}.{name} is not available: {module_rule.why}",
                module_rule.hint,
            )
        elif not isinstance(node.ctx, ast.Load) and self.is_inside_module(node):
            self.refuse(
                node,
                "ATTRIBUTE_REFUSED",
                "a module's contents cannot be changed",
                "Assign to a name of your own.",
            )
        elif rule and rule.guard == "buffer_only" and node not in self.called:
            self.refuse(
                node, "ATTRIBUTE_REFUSED", f"{name} can only be called here and now: {rule.why}", rule.hint
            )

    def may_read_private(self, node: ast.Attribute) -> bool:
        """The few private names that ordinary code uses: on `self`, named tuples, `super()`."""
        owner, name = node.value, node.attr
        if name in READABLE_PRIVATE or name in NAMED_TUPLE:
            return isinstance(node.ctx, ast.Load) or name in ("__doc__", "__name__")
        if isinstance(owner, ast.Name) and owner.id in ("self", "cls", "other"):
            return not name.startswith("__")
        is_super = (
            isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super"
        )
        is_base = isinstance(owner, ast.Name) and name == "__init__"
        return (is_super and name in MAGIC_METHODS) or is_base

    def is_inside_module(self, node: ast.Attribute) -> bool:
        """Whether `node` is reached from an imported module; `pandas.options` is for setting."""
        owner: ast.expr = node
        while isinstance(owner, ast.Attribute):
            if owner.attr == "options":
                return False
            owner = owner.value
        return isinstance(owner, ast.Name) and owner.id in self.modules

    def module_path(self, node: ast.expr) -> str | None:
        """The dotted name of the imported module that `node` certainly is."""
        if isinstance(node, ast.Name):
            return self.modules.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self.module_path(node.value)
            path = f"{base}.{node.attr}" if base else None
            return path if path in self.policy.allowed_modules else None
        return None

    # imports

    def visit_Import(self, node: ast.Import) -> ast.AST:
        for alias in node.names:
            self.check_name(node, alias.asname)
            if self.check_module(node, alias.name):
                bound = alias.asname or alias.name.split(".")[0]
                self.modules[bound] = alias.name if alias.asname else alias.name.split(".")[0]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        module = node.module or ""
        if node.level or not self.check_module(node, module):
            if node.level:
                self.refuse(
                    node,
                    "IMPORT_REFUSED",
                    "a relative import has nothing to refer to",
                    "Name the module in full.",
                )
            return node
        for alias in node.names:
            self.check_name(node, alias.asname or alias.name)
            if alias.name == "*":
                self.refuse(
                    node, "IMPORT_REFUSED", "'*' imports are refused", f"Name what you need from {module}."
                )
            elif not self.policy.allows_name(module, alias.name):
                rule = self.policy.allowed_modules[module]
                self.refuse(
                    node, "IMPORT_REFUSED", f"{module}.{alias.name} is not available: {rule.why}", rule.hint
                )
            elif f"{module}.{alias.name}" in self.policy.allowed_modules:
                self.modules[alias.asname or alias.name] = f"{module}.{alias.name}"
        return node

    def check_module(self, node: ast.AST, name: str) -> bool:
        """Whether `name` and the packages above it may be imported."""
        rule = self.policy.refuses_module(name)
        if rule is None:
            return True
        if isinstance(rule, str):
            known = ", ".join(
                sorted({module.split(".")[0] for module in self.policy.allowed_modules} - {"__future__"})
            )
            self.refuse(
                node, "IMPORT_REFUSED", f"the module {name!r} is not available", f"Available: {known}."
            )
        else:
            self.refuse(node, "IMPORT_REFUSED", f"the module {name!r} is refused: {rule.why}", rule.hint)
        return False

    # calls whose literal arguments already show what a guard would refuse

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute):
            self.called.add(node.func)
            if node.func.attr == "datetime64" and is_moment(node.args):
                self.refuse(
                    node,
                    "ARGUMENT_REFUSED",
                    "datetime64 reads the machine's clock, which an execution does not have",
                    "Use pd.Timestamp.now() or np.datetime64(date.today()).",
                )
            rule = self.policy.attributes.get(node.func.attr)
            if rule and rule.guard and self.is_refused_literally(node, node.func, rule.guard):
                self.refuse(
                    node,
                    "ARGUMENT_REFUSED",
                    f"{node.func.attr}() as written here is refused: {rule.why}",
                    rule.hint,
                )
        return self.node_contents_visit(node)

    @staticmethod
    def is_refused_literally(node: ast.Call, function: ast.Attribute, guard: str) -> bool:
        """Whether the literals in the call are enough to know that the guard will refuse it."""
        if guard == "safe_format":
            text = function.value
            return (
                isinstance(text, ast.Constant)
                and isinstance(text.value, str)
                and has_private_field(text.value)
            )
        named = [keyword.value for keyword in node.keywords if keyword.arg in PATH_KEYWORDS | {"expr"}]
        literals = [part.value for part in [*node.args[:1], *named] if isinstance(part, ast.Constant)]
        texts = [text for text in literals if isinstance(text, str)]
        return (
            any(is_private_expression(text) for text in texts) if guard == "safe_expression" else bool(texts)
        )

    # statements that the base class refuses or rewrites, and that are ordinary

    def plain(self, node: ast.AST) -> ast.AST:
        """Check what is inside; the statement itself needs no guard."""
        return self.node_contents_visit(node)

    visit_Subscript = visit_For = visit_comprehension = visit_Assign = visit_AugAssign = visit_With = plain
    visit_AnnAssign = visit_Lambda = visit_match_case = visit_MatchValue = visit_MatchSingleton = plain
    visit_MatchSequence = visit_MatchOr = visit_Match = visit_ListComp = visit_SetComp = (
        visit_GeneratorExp
    ) = plain
    visit_DictComp = visit_TypeAlias = visit_TypeVar = visit_ParamSpec = visit_TypeVarTuple = visit_Module = (
        plain
    )

    def leaf(self, node: ast.AST) -> ast.AST:
        """There is nothing inside. Of all nodes of a script these are half."""
        return node

    visit_Load = visit_Store = visit_Del = visit_Constant = visit_Pass = visit_Break = visit_Continue = leaf
    visit_Add = visit_Sub = visit_Mult = visit_Div = visit_FloorDiv = visit_Mod = visit_Pow = leaf
    visit_MatMult = visit_BitOr = visit_BitXor = visit_BitAnd = visit_LShift = visit_RShift = leaf
    visit_Eq = visit_NotEq = visit_Lt = visit_LtE = visit_Gt = visit_GtE = visit_Is = visit_IsNot = leaf
    visit_In = visit_NotIn = visit_And = visit_Or = visit_Not = visit_USub = visit_UAdd = visit_Invert = leaf

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self.check_name(node, node.arg)
        return self.node_contents_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.check_name(node, node.name)
        return self.node_contents_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.check_name(node, node.name)
        if any(keyword.arg == "metaclass" for keyword in node.keywords):
            self.refuse(
                node, "STATEMENT_REFUSED", "a metaclass is refused", "Use an ordinary class or a decorator."
            )
        return self.node_contents_visit(node)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> ast.AST:
        for name in node.names:
            self.check_name(node, name)
        return node

    visit_Nonlocal = visit_Global

    def visit_MatchMapping(self, node: ast.MatchMapping) -> ast.AST:
        self.check_name(node, node.rest)
        return self.node_contents_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar | ast.MatchAs) -> ast.AST:
        self.check_name(node, node.name)
        return self.node_contents_visit(node)

    visit_MatchAs = visit_MatchStar

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.AST:
        for name in node.kwd_attrs:
            if (
                name.startswith("_")
                or name in INSPECT_ATTRIBUTES
                or name in self.policy.attributes
                or name in self.watched
            ):
                self.refuse(
                    node, "ATTRIBUTE_REFUSED", f"a pattern cannot read {name!r}", "Match on other attributes."
                )
        return self.node_contents_visit(node)

    def not_allowed(self, node: ast.AST) -> None:
        hints = {
            "Await": "Tool calls are ordinary calls: drop async and await.",
            "TryStar": "Use except, without the star.",
        }
        kind = type(node).__name__
        hint = hints.get(
            kind, hints["Await"] if kind.startswith("Async") else "Write it with ordinary statements."
        )
        self.refuse(node, "STATEMENT_REFUSED", f"{kind} is refused", hint)


def is_private_expression(text: str) -> bool:
    """Whether a pandas expression reads a private name, or an attribute of a local (`@pd.io`)."""
    return "__" in text or "._" in text or LOCAL_ATTRIBUTE.search(text) is not None


def has_private_field(template: str) -> bool:
    """Whether a format string reads a private attribute or item of its arguments."""
    try:
        fields = list(Formatter().parse(template))
    except ValueError:
        return False
    return any(
        (name and ("._" in name or "[_" in name)) or (spec and "{" in spec and has_private_field(spec))
        for _, name, spec, _ in fields
    )


def is_moment(arguments: list[ast.expr]) -> bool:
    """Whether numpy is asked for the time of now, which it reads where no clock of ours stands."""
    first = arguments[0] if arguments else None
    return isinstance(first, ast.Constant) and first.value in ("now", "today")
