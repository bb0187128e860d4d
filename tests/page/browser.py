"""A browser for tests: chromium, driven by driver.mjs through lines of JSON. `Browser` is a process for a whole file of tests, `Page` a tab
with cookies and storage of its own. Leaving a page fails if the browser complained: an error on the console, an exception, a breach of the
page's security policy. What a test expects of these stands in `page.allowed`."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BOUND_MS = 170_000  # only ends a test that hangs
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


class BrowserError(Exception):
    """A command of the driver failed."""


class Browser:
    def __init__(self) -> None:
        build = Path(os.environ["PAGE_BUILD"])
        subprocess.run([str(HERE.parent / "npm-install"), str(HERE), str(build)], check=True)
        self.process = subprocess.Popen(["node", str(HERE / "driver.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "PAGE_NPM": str(build / "npm"), "CHROMIUM": CHROMIUM})
        self.numbers = itertools.count(1)

    def call(self, do: str, **more: Any) -> Any:
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise BrowserError(f"the driver ended with {self.process.wait()} in {do}")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(f"{do} {more.get('selector', more.get('script', ''))}: {answer['error']}")
        return answer["value"]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Page:
    """`clock`: its clock can be put forward. `more`: Playwright's options of a context, as `viewport` and `colorScheme`."""

    def __init__(self, browser: Browser, url: str, clock: bool = False, **more: Any):
        self.browser = browser
        self.number = next(browser.numbers)
        self.allowed: list[str] = []  # regular expressions of expected complaints
        options = {"locale": "en-GB", "timezoneId": "Asia/Kolkata", "viewport": {"width": 1280, "height": 900}} | more
        self.call("open", options=options, url=url, clock=clock)

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        problems = self.problems()
        self.call("close")
        if kind is None and problems:
            raise AssertionError("\n".join(problems))

    def call(self, do: str, **more: Any) -> Any:
        return self.browser.call(do, page=self.number, **more)

    def problems(self) -> list[str]:
        """New complaints that no test expects."""
        return [problem for problem in self.call("problems") if not any(re.search(text, problem) for text in self.allowed)]

    # What there is

    def evaluate(self, script: str, *args: Any) -> Any:
        """The value of a JavaScript function."""
        return self.call("evaluate", script=script, args=args)

    def wait(self, script: str, *args: Any) -> Any:
        """The function's first true value."""
        return self.call("wait", script=script, args=args, milliseconds=BOUND_MS)

    def wait_for(self, selector: str) -> None:
        """Until it is there and visible."""
        self.wait("(selector) => document.querySelector(selector)?.checkVisibility()", selector)

    def wait_text(self, selector: str, text: str) -> str:
        """Until its text contains this."""
        return self.wait("(selector, text) => { const all = document.querySelector(selector)?.textContent; return all?.includes(text) && all }",
                         selector, text)

    def text(self, selector: str) -> str:
        return self.evaluate("(selector) => document.querySelector(selector).textContent", selector)

    def texts(self, selector: str) -> list[str]:
        return self.evaluate("(selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent)", selector)

    def attribute(self, selector: str, name: str) -> str | None:
        return self.evaluate("(selector, name) => document.querySelector(selector).getAttribute(name)", selector, name)

    def is_visible(self, selector: str) -> bool:
        return self.evaluate("(selector) => document.querySelector(selector)?.checkVisibility() ?? false", selector)

    def count(self, selector: str) -> int:
        return self.evaluate("(selector) => document.querySelectorAll(selector).length", selector)

    def url(self) -> str:
        return self.evaluate("() => location.href")

    def storage(self) -> dict[str, Any]:
        """All that outlives the tab, and what ends with it."""
        return {"kept": self.call("storage"), "session": self.evaluate("() => ({ ...sessionStorage })"),
                "local": self.evaluate("() => ({ ...localStorage })"), "cookies": self.evaluate("() => document.cookie")}

    def requests(self) -> list[dict[str, Any]]:
        """Every request so far: url, method, headers."""
        return self.call("requests")

    # Actions

    def goto(self, url: str) -> None:
        self.call("goto", url=url)

    def reload(self) -> None:
        self.call("reload")

    def click(self, selector: str) -> None:
        self.call("click", selector=selector)

    def fill(self, selector: str, text: str) -> None:
        self.call("fill", selector=selector, text=text)

    def select(self, selector: str, value: str) -> None:
        self.call("select", selector=selector, value=value)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.call("press", key=key)

    def type(self, text: str) -> None:
        self.call("type", text=text)

    def hover(self, selector: str) -> None:
        self.call("hover", selector=selector)

    def leave(self) -> None:
        """Takes the pointer away from everything."""
        self.call("mouse", x=0, y=0)

    def resize(self, width: int, height: int) -> None:
        self.call("size", width=width, height=height)

    def scheme(self, scheme: str) -> None:
        self.call("scheme", scheme=scheme)

    def permit(self, *permissions: str) -> None:
        self.call("permit", permissions=permissions)

    def offline(self, offline: bool) -> None:
        self.call("offline", offline=offline)

    def screenshot(self, path: Path) -> None:
        self.call("screenshot", path=str(path))

    # Judgements

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.evaluate("() => document.documentElement.scrollWidth - innerWidth")

    def axe(self) -> list[str]:
        """axe-core's serious and critical findings."""
        return [f"{found['id']} ({found['impact']}): {found['help']}: {[node['html'][:200] for node in found['nodes'][:3]]}"
                for found in self.call("axe") if found["impact"] in ("serious", "critical")]
