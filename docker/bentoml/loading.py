"""Loads the models once, in a thread, while the service already answers /health."""

import os
import threading
import traceback
from typing import Any, Callable


class Loading:
    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load
        #: None until all of them are loaded.
        self.models: Any = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="loading", daemon=True).start()

    def stop(self) -> None:
        """A load under way cannot be called off, and nothing is answered yet."""
        if self.models is None:
            os._exit(0)

    def _run(self) -> None:
        try:
            models = self._load()
        except BaseException:
            traceback.print_exc()
            # Not only this thread: a service without models must not stay, for ever unhealthy.
            os._exit(1)
        print("All models are loaded", flush=True)
        self.models = models
