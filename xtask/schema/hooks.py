"""What `cargo xtask schema` gives to schemathesis: a session with every right, and ids that exist."""

import json
import os
import urllib.request

import schemathesis

ORIGIN = os.environ["SCHEMA_ORIGIN"]


def ask(path, message=None, cookie=""):
    request = urllib.request.Request(
        ORIGIN + path,
        data=None if message is None else json.dumps(message).encode(),
        headers={"content-type": "application/json", "origin": ORIGIN, "cookie": cookie},
    )
    return urllib.request.urlopen(request)


def sign_in(browser=""):
    """The two cookies: of the session, and of the browser, which need not queue with strangers."""
    account = {"account": os.environ["SCHEMA_ACCOUNT"], "password": os.environ["SCHEMA_PASSWORD"]}
    with ask("/v1/session", account, browser) as answer:
        return [cookie.split(";")[0] for cookie in answer.headers.get_all("set-cookie")]


def named(cookies, name):
    return next(cookie for cookie in cookies if cookie.startswith(name))


FIRST = sign_in()
with ask("/v1/devices", cookie=named(FIRST, "__Host-s=")) as answer:
    DEVICES = [row["device"] for row in json.load(answer)["devices"]]
with ask("/v1/units", cookie=named(FIRST, "__Host-s=")) as answer:
    UNITS = [unit["id"] for unit in json.load(answer)["units"]]


# A proof lasts five minutes (S7).
@schemathesis.auth(refresh_interval=240)
class Session:
    browser = named(FIRST, "__Host-b=")

    def get(self, case, ctx):
        cookies = sign_in(Session.browser)
        Session.browser = named(cookies, "__Host-b=")
        return named(cookies, "__Host-s=").split("=", 1)[1]

    def set(self, case, data, ctx):
        case.cookies = {**(case.cookies or {}), "__Host-s": data}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Three of four drawn ids become one that is there; which one follows from what was drawn."""
    for name, known in (("device", DEVICES), ("unit", UNITS)):
        drawn = (path_parameters or {}).get(name)
        if isinstance(drawn, str) and known:
            number = sum(drawn.encode())
            if number % 4:
                path_parameters[name] = known[number % len(known)]
    return path_parameters
