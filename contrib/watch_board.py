"""The payments that contrib/watch shows, each as its newest snapshot. No input or output."""

from __future__ import annotations

from collections import Counter
from typing import Iterator

from watch_view import View, cut


class Board:
    """Keeps all unfinished payments, and the newest of the finished ones."""

    def __init__(self, most_finished: int = 1000) -> None:
        self.most_finished = most_finished
        self._views: dict[str, list[View]] = {}  # by payment hash; one hash can have several failed payments

    def __iter__(self) -> Iterator[View]:
        return (view for views in self._views.values() for view in views)

    def put(self, view: View) -> bool:
        """True if it changed. After a restart of the plugin, a payment whose first attempt was deleted has another index, but shares
        attempts with its older snapshot."""
        siblings = self._views.setdefault(view.payment_hash, [])
        old = next((v for v in siblings if v.index == view.index or v.attempts & view.attempts), None)
        if old is not None:
            siblings[siblings.index(old)] = view
        else:
            siblings.append(view)
        self._trim()
        return view != old

    def forget_unfinished(self, payment_hash: str) -> None:
        """For a payment that the node has deleted: its end will never be published."""
        self._views[payment_hash] = [view for view in self._views.get(payment_hash, []) if view.finished]

    def unfinished(self) -> set[str]:
        """Payment hashes."""
        return {view.payment_hash for view in self if not view.finished}

    def rows(self, count: int) -> list[View]:
        """The newest first; if there are too many, finished ones are dropped first."""
        by_age = sorted(self, key=lambda view: (view.finished, -view.index))
        return sorted(by_age[:max(count, 0)], key=lambda view: -view.index)

    def summary(self, width: int) -> str:
        count = Counter(view.status for view in self)
        return cut(f"{count['IN_FLIGHT']} in flight, {count['SUCCEEDED']} paid, {count['FAILED']} failed", width)

    def _trim(self) -> None:
        finished = [view for view in self if view.finished]
        if len(finished) <= self.most_finished + self.most_finished // 10:  # in batches: one by one would be slow
            return
        for view in sorted(finished, key=lambda view: view.index)[:-self.most_finished]:
            self._views[view.payment_hash].remove(view)
        self._views = {payment_hash: views for payment_hash, views in self._views.items() if views}
