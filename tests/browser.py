"""A headless Chromium driven from the tests, by the DevTools protocol over a pipe: it needs nothing but the browser."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]
PATIENCE_S = 30.0


class Page:
    """One page: what it shows, what it asked for (by POST apart), what it complained of. It waits, not for ever."""

    def __init__(self, to: int, frm: int) -> None:
        self._to, self._from, self._rest, self._last = to, frm, b"", 0
        self.session = ""
        self.asked: list[str] = []
        self.posted: list[str] = []
        self.complaints: list[str] = []

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command and return its result; events that come meanwhile are noted."""
        self._last += 1
        number = self._last
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE_S
        while (answer := self._read(end)).get("id") != number:
            self._note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return dict(answer["result"])

    def _read(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            data = os.read(self._from, 1 << 20)
            assert data, "the browser has ended"
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def _note(self, event: dict[str, Any]) -> None:
        about = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                sent = about["request"]
                (self.posted if sent["method"] == "POST" else self.asked).append(sent["url"])
            case "Runtime.exceptionThrown":
                detail = about["exceptionDetails"]
                self.complaints.append(detail.get("exception", {}).get("description") or detail["text"])
            case "Runtime.consoleAPICalled" if about["type"] in {"error", "warning", "assert"}:
                self.complaints.append(" ".join(str(arg.get("value", arg.get("description"))) for arg in about["args"]))
            case "Log.entryAdded" if about["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(f"{about['entry']['text']} {about['entry'].get('url', '')}")

    def open(self, url: str) -> None:
        """Go to an address, and wait until it is loaded; a change of the hash alone loads nothing."""
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """Return what an expression gives; a promise is waited for."""
        result = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, script: str) -> Any:
        """Return what an expression gives as soon as that is true; an element is true, an error is not."""
        tried = f"(() => {{ try {{ const v = {script}; return v instanceof Node || v }} catch {{ return false }} }})()"
        end = time.monotonic() + PATIENCE_S
        while not (value := self.run(tried)):
            assert time.monotonic() < end, f"never true: {script}\n{self.run('document.body.innerText')}"
            time.sleep(0.05)
        return value

    def click(self, selector: str) -> None:
        """Click with the mouse in the middle of the first line of an element, once that can be seen."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"{found} && {found}.getClientRects().length > 0")
        self.run(f"{found}.scrollIntoView({{block: 'center'}})")
        box = self.run(f"(b => [b.x + b.width / 2, b.y + b.height / 2])({found}.getClientRects()[0])")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Type a text, character by character."""
        for character in text:
            self.call("Input.dispatchKeyEvent", type="char", text=character)

    def press(self, key: str, code: int, *, ctrl: bool = False) -> None:
        """Press a key that types nothing, or Enter (13)."""
        told = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 2 if ctrl else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", text="\r" if key == "Enter" else "", **told)
        self.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        """Make the window so large, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def picture(self, path: Path) -> None:
        """Write what the window shows, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def text(self, selector: str) -> str:
        """Return the text that an element shows, empty if there is none."""
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))


@contextmanager
def browsing(chromium: str, folder: Path) -> Iterator[Page]:
    """Start a browser with a profile of its own in ``folder``, and give its page; it ends with the block."""
    ours, theirs = os.pipe(), os.pipe()  # we write to the first and read from the second

    def arrange() -> None:  # the browser reads from descriptor 3 and writes to 4
        reading, writing = os.dup(ours[0]), os.dup(theirs[1])
        os.dup2(reading, 3)
        os.dup2(writing, 4)

    command = [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    log = (folder / "browser.log").open("wb")
    process = subprocess.Popen(
        command,
        stdout=log,
        stderr=log,
        preexec_fn=arrange,
        close_fds=False,
    )
    os.close(ours[0])
    os.close(theirs[1])
    page = Page(ours[1], theirs[0])
    try:
        targets = page.call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        yield page
    finally:
        process.terminate()
        process.wait(timeout=30)
        os.close(ours[1])
        os.close(theirs[0])
        log.close()
