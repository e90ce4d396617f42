"""Chromium's side of a call: a page, driven over the DevTools protocol's pipe."""

import asyncio
import base64
import json
import os
import pathlib
import signal

FLAGS = """--headless=new --no-sandbox --remote-debugging-pipe --disable-gpu --disable-dev-shm-usage
  --autoplay-policy=no-user-gesture-required 
  --no-first-run --no-default-browser-check --disable-extensions --disable-sync --disable-breakpad
  --disable-component-update --disable-background-networking --disable-default-apps
  --disable-renderer-backgrounding --disable-background-timer-throttling
  --disable-backgrounding-occluded-windows --password-store=basic
  --disable-features=MediaRouter,OptimizationHints,Translate""".split()


class Side:
    def __init__(self, speech, folder, options, tell):
        self.speech, self.folder, self.options, self.tell = speech, folder, options, tell
        self.page, self.session, self.count, self.waiting = None, None, 0, {}

    async def start(self):
        page = (pathlib.Path(__file__).parent / "chromium.html").as_uri()
        (to_read, write), (self.read, to_write) = os.pipe(), os.pipe()
        command = ["/usr/bin/chromium", *FLAGS, f"--user-data-dir={self.folder}/browser"]
        if self.options.get("microphone") != "off":
            command += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                        f"--use-file-for-fake-audio-capture={self.speech}",
                        "--allow-loopback-in-peer-connection"]
        command.append(page)
        # The browser reads its orders at descriptor 3 and answers at 4.
        self.process = await asyncio.create_subprocess_exec(
            "/bin/bash", "-c", f'exec 3<&{to_read} 4>&{to_write}; exec "$@"', "chromium", *command,
            pass_fds=(to_read, to_write), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "HOME": self.folder, "DBUS_SESSION_BUS_ADDRESS": "disabled:"})
        os.close(to_read)
        os.close(to_write)
        self.output = os.fdopen(write, "wb", buffering=0)
        self.reading = asyncio.create_task(self._read())
        while True:
            targets = (await self._call("Target.getTargets"))["targetInfos"]
            if pages := [t for t in targets if t["type"] == "page"]:
                break
            await asyncio.sleep(0.05)
        self.session = (await self._call(
            "Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True))["sessionId"]
        await self._call("Runtime.enable")
        await self._call("Runtime.addBinding", name="send")
        while await self._run("typeof prepare") != "function":
            await asyncio.sleep(0.05)
        await self._do("prepare", self.options.get("microphone") != "off")

    async def _read(self):
        reader = asyncio.StreamReader(limit=1 << 26)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self.read, "rb"))
        while True:
            try:
                message = json.loads((await reader.readuntil(b"\0"))[:-1])
            except asyncio.IncompleteReadError:
                return
            if waiting := self.waiting.pop(message.get("id"), None):
                waiting.set_result(message)
            elif message.get("method") == "Runtime.bindingCalled":
                said = json.loads(message["params"]["payload"])
                if said["event"] == "candidate":
                    self.candidate(said["line"])
                else:
                    self.tell(**said)

    async def _call(self, method, **parameters):
        self.count += 1
        waiting = self.waiting[self.count] = asyncio.get_running_loop().create_future()
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.output.write(json.dumps(message).encode() + b"\0")
        answer = await asyncio.wait_for(waiting, 30)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    async def _run(self, expression):
        result = await self._call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True,
            userGesture=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"].get("description"))
        return result["result"].get("value")

    async def _do(self, verb, *arguments):
        return await self._run(f"{verb}({', '.join(json.dumps(a) for a in arguments)})")

    async def begin(self, candidate):
        self.candidate = candidate
        await self._do("begin", self.options.get("trickle") != "off")

    async def offer(self, restart=False):
        return await self._do("offer", restart)

    async def answer(self, sdp):
        return await self._do("answer", sdp)

    async def accept(self, sdp):
        await self._do("accept", sdp)

    async def add(self, line):
        await self._do("add", line)

    async def hold(self, holds):
        await self._do("hold", holds)

    async def mute(self, muted):
        await self._do("mute", muted)

    async def digits(self, keys):
        await self._do("digits", keys)

    async def add_section(self):
        await self._do("addSection")

    async def suspend(self, suspended):
        os.killpg(self.process.pid, signal.SIGSTOP if suspended else signal.SIGCONT)

    async def heard(self):
        return base64.b64decode(await self._do("heard"))

    async def stats(self):
        return await self._do("stats")

    async def stop(self):
        try:
            self.session = None
            await asyncio.wait_for(self._call("Browser.close"), 3)
            await asyncio.wait_for(self.process.wait(), 5)
        except Exception:
            pass
        try:  # All its processes, of which it is the first of the group.
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
