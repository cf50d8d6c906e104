"""Kubernetes' strategic merge patch over plain data: maps merge, some lists merge by a key.

Which lists merge is a table of field names; it holds for pods and for what carries a pod's
template. Reading patch files is in `patches`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

Keys = Mapping[str, str]
Object = Mapping[str, Any]

PRIMITIVE = ""
"""The merge key of a list of bare values."""

POD_KEYS: Keys = MappingProxyType(
    {
        "conditions": "type",
        "containers": "name",
        "env": "name",
        "ephemeralContainers": "name",
        "evictionResponders": "name",
        "finalizers": PRIMITIVE,
        "hostAliases": "ip",
        "imagePullSecrets": "name",
        "initContainers": "name",
        "ownerReferences": "uid",
        "ports": "containerPort",
        "resourceClaims": "name",
        "schedulingGates": "name",
        "topologySpreadConstraints": "topologyKey",
        "volumeDevices": "devicePath",
        "volumeMounts": "mountPath",
        "volumes": "name",
    }
)
"""Lists that merge, with what tells their items apart; every other list is replaced whole."""

NO_KEYS: Keys = MappingProxyType({})
"""For kinds none of whose lists merge, such as a kubelet's configuration."""

_DIRECTIVE = "$patch"
_RETAIN = "$retainKeys"
_ORDER = "$setElementOrder/"
_DELETE = "$deleteFromPrimitiveList/"


class MergeError(ValueError):
    """A patch that says something a strategic merge can't do."""


def merge(original: Object, patch: Object, keys: Keys) -> dict[str, Any]:
    """A new map: the original with the patch in it. A null removes its field."""
    match patch.get(_DIRECTIVE):
        case None:
            return _merged(original, patch, keys)
        case "replace":
            return {name: value for name, value in patch.items() if name != _DIRECTIVE}
        case "delete":
            return {}
        case other:
            raise MergeError(f"{_DIRECTIVE} is {other!r}, neither replace nor delete")


def _merged(original: Object, patch: Object, keys: Keys) -> dict[str, Any]:
    result = _retained(original, patch)
    orders = [name for name in patch if name.startswith(_ORDER)]
    for name, value in patch.items():
        if name in orders or name == _RETAIN:
            continue
        if name.startswith(_DELETE):
            _delete_items(result, name.removeprefix(_DELETE), value)
        else:
            _merge_field(result, name, value, keys)
    for name in orders:
        _reorder(result, original, patch, name.removeprefix(_ORDER), keys)
    return result


def _merge_field(result: dict[str, Any], name: str, value: Any, keys: Keys) -> None:
    found = result.get(name)
    if value is None or (_is_directive(value) and not isinstance(found, Mapping)):
        result.pop(name, None)
    elif isinstance(found, Mapping) and isinstance(value, Mapping):
        result[name] = merge(found, value, keys)
    elif isinstance(found, list) and isinstance(value, list) and name in keys:
        result[name] = _merge_list(found, value, keys[name], keys)
    else:
        result[name] = _clean(value)


def _retained(original: Object, patch: Object) -> dict[str, Any]:
    """With `$retainKeys`, nothing of the original stays that the directive doesn't name."""
    if _RETAIN not in patch:
        return dict(original)
    kept = patch[_RETAIN]
    if not isinstance(kept, list):
        raise MergeError(f"{_RETAIN} isn't a list")
    for name, value in patch.items():
        if value is not None and not name.startswith("$") and name not in kept:
            raise MergeError(f"{_RETAIN} doesn't name {name!r}, which the patch sets")
    return {name: value for name, value in original.items() if name in kept}


def _merge_list(found: list[Any], value: list[Any], key: str, keys: Keys) -> list[Any]:
    if key == PRIMITIVE:
        both = list(dict.fromkeys([*found, *value]))
        return _arranged(both, value, found, key)
    original = _without_deleted(found, value, key)
    plain = [item for item in value if not _is_directive(item)]
    if any(item.get(_DIRECTIVE) == "replace" for item in value):
        return [_clean(item) for item in plain]
    merged = original
    for item in plain:
        merged = _with_item(merged, item, key, keys)
    return _arranged(merged, [_identity(item, key) for item in plain], original, key)


def _with_item(items: list[Any], item: Object, key: str, keys: Keys) -> list[Any]:
    wanted = _identity(item, key)
    for index, each in enumerate(items):
        if each.get(key) == wanted:
            return [*items[:index], merge(each, item, keys), *items[index + 1 :]]
    return [*items, _clean(item)]


def _without_deleted(found: list[Any], value: list[Any], key: str) -> list[Any]:
    deleted = []
    for item in value:
        if not isinstance(item, Mapping):
            raise MergeError(f"an item of a list that merges by {key!r} isn't a map")
        match item.get(_DIRECTIVE):
            case "delete":
                deleted.append(_identity(item, key))
            case None | "replace":
                pass
            case other:
                raise MergeError(f"{_DIRECTIVE} is {other!r}, neither replace nor delete")
    return [item for item in found if item.get(key) not in deleted]


def _identity(item: Object, key: str) -> Any:
    if key not in item:
        raise MergeError(f"an item has no {key!r}, by which its list merges")
    return item[key]


def _arranged(
    items: Sequence[Any], wanted: Sequence[Any], former: Iterable[Any], key: str
) -> list[Any]:
    """Patched items in the patch's order, the others in theirs; a patched one goes first unless
    both stood in the former list the other way round.
    """

    def identity(item: Any) -> Any:
        return item[key] if key else item

    places = {identity(item): index for index, item in reversed(list(enumerate(former)))}
    others = [item for item in items if identity(item) not in wanted]
    patched = sorted(
        (item for item in items if identity(item) in wanted),
        key=lambda item: wanted.index(identity(item)),
    )
    result: list[Any] = []
    while others and patched:
        left, right = places.get(identity(others[0])), places.get(identity(patched[0]))
        first = left is not None and right is not None and left < right
        result.append((others if first else patched).pop(0))
    return [*result, *others, *patched]


def _reorder(
    result: dict[str, Any], original: Object, patch: Object, name: str, keys: Keys
) -> None:
    """`$setElementOrder`: the list's items as the directive lists them."""
    items, order = result.get(name), patch[f"{_ORDER}{name}"]
    key = keys.get(name, PRIMITIVE)
    if not isinstance(order, list):
        raise MergeError(f"{_ORDER}{name} isn't a list")
    if not isinstance(items, list) or not items:
        return
    wanted = [_identity(item, key) if key else item for item in order]
    _refuse_other_order(name, patch.get(name) or [], wanted, key)
    former = original.get(name)
    result[name] = _arranged(items, wanted, former if isinstance(former, list) else [], key)


def _refuse_other_order(name: str, items: list[Any], wanted: list[Any], key: str) -> None:
    """The patch's own items must come in the order that its directive gives."""
    rest = iter(wanted)
    for item in items:
        if not _is_directive(item) and (item[key] if key else item) not in rest:
            raise MergeError(f"{_ORDER}{name} has another order than the patch's own {name}")


def _delete_items(result: dict[str, Any], name: str, value: Any) -> None:
    if not isinstance(value, list):
        raise MergeError(f"{_DELETE}{name} isn't a list")
    found = result.get(name)
    if isinstance(found, list):
        result[name] = [item for item in found if item not in value]


def _is_directive(value: Any) -> bool:
    return isinstance(value, Mapping) and _DIRECTIVE in value


def _clean(value: Any) -> Any:
    """What a patch adds, without its nulls and directives."""
    if isinstance(value, Mapping):
        return {
            name: _clean(each)
            for name, each in value.items()
            if each is not None and not _is_directive(each) and not name.startswith("$")
        }
    if isinstance(value, list):
        return [_clean(each) for each in value if not _is_directive(each)]
    return value
