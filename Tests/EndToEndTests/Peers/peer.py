"""A phone of another make for the tests: a small BotServer client with the WebRTC of aiortc or of Chromium.

    peer.py aiortc|chromium URL NAME SPEECH.wav FOLDER [word...]

It signs in as a guest, takes every call at once, and says the file over and over. The words:
  trickle=off         candidates only within descriptions
  microphone=off      Chromium plays the file without asking for a microphone, so that it hides its addresses
  profile=NAME        the only SRTP profile of aiortc

Standard input has a command a line: `call NAME`, `hold`, `resume`, `mute`, `unmute`, `digits KEYS`,
`restart`, `section` (offers a second one), `suspend` and `continue` (of a browser), `estimate BITS`
(aiortc tells that it takes so many a second), `stats`, `listen SECONDS FILE` (of what is heard from then on),
`hangup`.
Standard output has a JSON object a line, with `event` and its members.
"""

import asyncio
import base64
import json
import os
import struct
import sys
import urllib.parse
import urllib.request
import wave


def tell(event, **members):
    print(json.dumps({"event": event, **members}), flush=True)


class Server:
    """BotServer's REST paths and its events socket, as far as calls of two need them."""

    def __init__(self, url, name):
        self.url, self.name, self.token = url, name, None

    async def post(self, path, body):
        return await asyncio.get_running_loop().run_in_executor(None, self._post, path, body)

    def _post(self, path, body):
        fields = {"Content-Type": "application/json"}
        if self.token:
            fields["Authorization"] = "Bearer " + self.token
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), fields)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    async def open(self):
        self.token = (await self.post("/api/auth/guest", {"username": self.name}))["token"]
        place = urllib.parse.urlsplit(self.url)
        self.reader, self.writer = await asyncio.open_connection(place.hostname, place.port)
        self.writer.write((
            f"GET /ws/meet?token={urllib.parse.quote(self.token)} HTTP/1.1\r\nHost: {place.netloc}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n").encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head, head

    def send(self, type, **members):
        self._frame(1, json.dumps({"type": type, **members}).encode())

    def _frame(self, code, payload):
        length = (bytes([0x80 | len(payload)]) if len(payload) < 126
                  else struct.pack("!BH", 0x80 | 126, len(payload)))
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.writer.write(bytes([0x80 | code]) + length + mask + masked)

    async def messages(self):
        while True:
            first, second = await self.reader.readexactly(2)
            length = second & 0x7F
            if length == 126:
                length, = struct.unpack("!H", await self.reader.readexactly(2))
            elif length == 127:
                length, = struct.unpack("!Q", await self.reader.readexactly(8))
            payload = await self.reader.readexactly(length)
            code = first & 0x0F
            if code == 8:
                return
            if code == 9:
                self._frame(10, payload)
            if code == 1:
                yield json.loads(payload)


class Phone:
    """One call at a time between the server and a WebRTC side."""

    def __init__(self, server, side):
        self.server, self.side, self.call = server, side, None
        # Of what is typed and what is received, one thing at a time.
        self.order = asyncio.Lock()
        # Of two offers that cross, the caller's holds.
        self.is_caller, self.is_offering = False, False

    def describe(self, type, sdp):
        self.is_offering = type == "offer"
        tell("described", type=type, sdp=sdp)
        self.server.send("call_" + type, call_id=self.call, sdp=sdp)

    def candidate(self, line):
        if line:
            self.server.send("ice_candidate", call_id=self.call, candidate=line)
        else:
            self.server.send("end_of_candidates", call_id=self.call)

    async def place(self, name):
        call = await self.server.post(
            "/api/v1/calls/initiate", {"type": "audio", "participants": [name]})
        self.call, self.is_caller = call["call_id"], True
        await self.side.begin(self.candidate)
        self.describe("offer", await self.side.offer())

    async def take(self, message):
        type = message["type"]
        if type == "incoming_call":
            self.call = message["call"]["call_id"]
            await self.side.begin(self.candidate)
            await self.server.post(f"/api/v1/calls/{self.call}/respond", {"response": "accept"})
        elif type == "call_updated":
            tell("call", status=message["call"]["status"])
        elif type == "call_offer":
            tell("remote", type="offer", sdp=message["sdp"])
            if self.is_offering and self.is_caller:
                return
            self.describe("answer", await self.side.answer(message["sdp"]))
        elif type == "call_answer":
            tell("remote", type="answer", sdp=message["sdp"])
            self.is_offering = False
            await self.side.accept(message["sdp"])
        elif type == "ice_candidate":
            tell("remote", type="candidate", line=message["candidate"])
            await self.side.add(message["candidate"])

    async def negotiate(self, word, rest):
        if word == "call":
            return await self.place(rest)
        if word in ("hold", "resume"):
            await self.side.hold(word == "hold")
        elif word == "section":
            await self.side.add_section()
        self.describe("offer", await self.side.offer(restart=word == "restart"))

    async def command(self, line):
        word, _, rest = line.partition(" ")
        if word in ("call", "hold", "resume", "restart", "section"):
            async with self.order:
                await self.negotiate(word, rest)
        elif word in ("mute", "unmute"):
            await self.side.mute(word == "mute")
        elif word in ("suspend", "continue"):
            await self.side.suspend(word == "suspend")
        elif word == "digits":
            await self.side.digits(rest)
        elif word == "estimate":
            await self.side.estimate(int(rest))
        elif word == "stats":
            tell("stats", **await self.side.stats())
        elif word == "listen":
            seconds, _, rest = rest.partition(" ")
            await self.side.heard()
            samples = b""
            while len(samples) < float(seconds) * 96000:
                await asyncio.sleep(0.1)
                samples += await self.side.heard()
            with wave.open(rest, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(48000)
                file.writeframes(samples)
            tell("heard", seconds=len(samples) / 96000)
        elif word == "hangup":
            await self.server.post(f"/api/v1/calls/{self.call}/end", {})


async def in_order(source, handle):
    """One after the other; what fails is told, and the rest goes on."""
    async for item in source:
        try:
            await handle(item)
        except Exception as error:
            tell("failed", item=str(item)[:200], error=repr(error)[:600])


async def standard_input():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


async def main():
    kind, url, name, speech, folder = sys.argv[1:6]
    options = dict(word.split("=") for word in sys.argv[6:])
    if kind == "aiortc":
        from with_aiortc import Side
    else:
        from with_chromium import Side
    side = Side(speech, folder, options, tell)
    await side.start()
    server = Server(url, name)
    await server.open()
    phone = Phone(server, side)
    tell("ready")

    async def take(message):
        async with phone.order:
            await phone.take(message)

    messages = asyncio.create_task(in_order(server.messages(), take))
    await in_order(standard_input(), phone.command)
    messages.cancel()
    await side.stop()


asyncio.run(main())
