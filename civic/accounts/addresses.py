"""Where to go after signing in: an address of this site and no other."""

MAX_ADDRESS_LENGTH = 2000
HOME = "/"
# After signing in nobody wants to be signed out, or asked to sign in.
NOT_AFTER_SIGNING_IN = ("/login", "/logout", "/join")


def local_or_home(wanted: str | None) -> str:
    """The wanted address if it is a plain path of this site, else the home page.

    Browsers drop control characters and read a backslash as a slash, so `/\\evil.example` and `/<tab>/evil.example`
    would lead elsewhere.
    """
    if not wanted or len(wanted) > MAX_ADDRESS_LENGTH:
        return HOME
    if not wanted.startswith("/") or wanted.startswith("//"):
        return HOME
    if "\\" in wanted or any(character <= " " or character == "\x7f" for character in wanted):
        return HOME
    path = wanted.partition("?")[0].partition("#")[0]
    is_door = any(path == door or path.startswith(f"{door}/") for door in NOT_AFTER_SIGNING_IN)
    return HOME if is_door else wanted
