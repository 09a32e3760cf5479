"""Names that went stay away (`make check`): no module, class, function, variable, parameter or attribute of src bears one.

Strings are not looked at: wire formats, columns and messages keep their words.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

# Old name -> what it is called now (docs/decisions/0032).
KEPT = {("update.py", "seen")}  # the name of a form's hidden field
GONE = {
    "Line": "Connection", "DialError": "ConnectError", "Stranger": "PublicReader", "stranger": "reader",
    "dial": "net.pinned", "Eye": "HostCheck", "Sight": "CheckResult", "Seen": "CheckStatus", "eye": "host_check",
    "sight": "result", "Press": "Rendering", "press": "rendering", "survivors": "publishing.survey", "Search": "Survey",
    "Survivor": "HostState", "survivor": "state", "Lost": "Unreadable", "Away": "ReadOnlyHost", "Seal": "SigningKey",
    "seal": "signing_key", "Mark": "VerifyKey", "Diary": "PendingLog", "diary": "log", "Word": "PendingUpdate",
    "Rank": "Version", "rank": "version", "Heard": "VersionVector", "heard": "vector", "contains": "includes",
    "joined": "merged", "raised": "next_epoch", "lineage": "versions", "Whole": "Union", "Words": "Content",
    "speech": "updates", "Say": "NewUpdate", "Opening": "NewIncident", "SpeechError": "Refused", "Turn": "StatusChange",
    "turn": "status_change", "turns": "status_changes", "Lease": "MoveRecord", "lease": "record", "Stand": "Health",
    "stand": "health", "roll": "members", "Flip": "Move", "Lookout": "Monitor", "Steersman": "Controller",
    "Fellow": "Peer", "Fellows": "Peers", "fellow": "peer", "Cellar": "PrivateFolder", "hidden": "vault_place",
    "mend": "repair", "Shelf": "CopyTarget or CertFolder", "shelf": "month list", "Below": "Subfolder", "Piece": "Part",
    "pieces": "parts", "Newest": "CurrentPage", "Keeper": "HostLoop", "keeper": "loop", "chores": "jobs", "tend": "run",
    "deed": "action", "enter": "append", "inscribe": "insert", "unite": "merge", "belonging": "ownership",
    "succeed": "take_over", "kept": "unsent", "hearing": "reconcile", "reach": "discover", "examined": "reports",
    "door": "base", "fitness": "doctor", "elsewhere": "reconcile", "Told": "App", "told": "the noun",
    "aftermath": "breakglass", "desk_told": "desk_or_none", "World": "Environment", "world": "environment",
    "doors": "visits", "fate": "shared_fate", "compares": "atomic", "point": "set_records", "insist": "expect",
    "found": "the noun it holds", "words": "the noun it holds", "said": "the noun it holds",
    "each": "the noun it holds", "seen": "the noun it holds",
}  # fmt: skip


def main(folder: Path) -> int:
    faults = []
    for path in sorted(folder.rglob("*.py")):
        if "migrations" in path.parts:  # they name what was
            continue
        names = {path.stem: 1, **{name: line for line, name in sorted(_names(ast.parse(path.read_text())), reverse=True)}}
        gone = [name for name in sorted(names) if name in GONE and (path.name, name) not in KEPT]
        faults += [f"{path}:{names[name]}: {name} is called {GONE[name]} now" for name in gone]
    print("\n".join(faults) or f"no name of {len(GONE)} that went is left in {folder}")
    return 1 if faults else 0


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where the code gives a name to something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "src")))
