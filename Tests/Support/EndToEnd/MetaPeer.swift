/// A WebRTC peer that is not ours, in Meta's place: aiortc from PyPI, with the Graph API's side of a call
/// over WhatsApp.
///
/// It writes JSON lines: `ready` with its Graph API's port, `graph` for what that was asked, `webhook`, and
/// `heard` with the amplitude of 700 Hz. On standard input it wants the exchange's URL; it calls then, says
/// 500 Hz for five seconds, and hangs up.
package enum MetaPeer {
  /// A Python interpreter that has aiortc.
  package static func interpreter() throws -> String {
    try Python.interpreter(having: "aiortc", as: "aiortc>=1.9,<2", in: "aiortc-1")
  }

  /// What the app shares with the exchange.
  package static let secret = "app-secret"
  package static let number = "106540352242922"

  package static let script = #"""
    import asyncio, fractions, hashlib, hmac, http.server, json, math, sys, threading, time, urllib.request

    from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
    from av import AudioFrame

    SECRET, NUMBER, CALL = "app-secret", "106540352242922", "wacid.test"


    def tell(event, **members):
        print(json.dumps({"event": event, **members}), flush=True)


    class Tone(MediaStreamTrack):
        """A tone of 20 ms frames, in real time."""

        kind = "audio"

        def __init__(self, hertz):
            super().__init__()
            self.hertz, self.position, self.start = hertz, 0, None

        async def recv(self):
            self.start = self.start or time.time()
            wait = self.start + self.position / 48000 - time.time()
            if wait > 0:
                await asyncio.sleep(wait)
            step = 2 * math.pi * self.hertz / 48000
            data = b"".join(
                int(9000 * math.sin(step * (self.position + i))).to_bytes(2, "little", signed=True)
                for i in range(960))
            frame = AudioFrame(format="s16", layout="mono", samples=960)
            frame.planes[0].update(data)
            frame.sample_rate, frame.pts = 48000, self.position
            frame.time_base = fractions.Fraction(1, 48000)
            self.position += 960
            return frame


    def strength(samples, hertz):
        """The amplitude of a tone over the loudest second, from 0 to 1."""
        best = 0.0
        for first in range(0, max(1, len(samples) - 48000), 12000):
            part = samples[first:first + 48000]
            step = 2 * math.pi * hertz / 48000
            cosine = sum(s * math.cos(step * i) for i, s in enumerate(part))
            sine = sum(s * math.sin(step * i) for i, s in enumerate(part))
            best = max(best, 2 * math.hypot(cosine, sine) / 48000 / 32768)
        return best


    def webhook(url, call):
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER},
            "contacts": [{"profile": {"name": "Pablo"}, "wa_id": "16315553601"}], "calls": [call]}
        body = json.dumps({
            "object": "whatsapp_business_account",
            "entry": [{"id": "0", "changes": [{"field": "calls", "value": value}]}]}).encode()
        code = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(
            url + "/api/webhook/whatsapp", body,
            {"Content-Type": "application/json", "X-Hub-Signature-256": "sha256=" + code})
        with urllib.request.urlopen(request) as response:
            tell("webhook", status=response.status)


    async def main():
        loop, actions = asyncio.get_running_loop(), asyncio.Queue()

        class Graph(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                tell("graph", path=self.path, token=self.headers["Authorization"],
                     action=body["action"], sdp=body.get("session", {}).get("sdp", ""))
                loop.call_soon_threadsafe(actions.put_nowait, body)
                answer = b'{"messaging_product":"whatsapp","success":true}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Graph)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tell("ready", port=server.server_address[1])
        url = (await loop.run_in_executor(None, sys.stdin.readline)).strip()

        peer, heard = RTCPeerConnection(), []
        peer.addTrack(Tone(500))

        @peer.on("track")
        async def received(track):
            while True:
                try:
                    frame = await track.recv()
                except Exception:
                    return
                samples = memoryview(bytes(frame.planes[0])).cast("h")
                heard.extend(samples[:frame.samples * 2:2])

        await peer.setLocalDescription(await peer.createOffer())
        await loop.run_in_executor(None, webhook, url, {
            "id": CALL, "from": "16315553601", "to": "15550783881", "event": "connect",
            "timestamp": "1671644824", "direction": "USER_INITIATED",
            "session": {"sdp_type": "offer", "sdp": peer.localDescription.sdp}})
        prepared = await actions.get()
        accepted = await actions.get()
        assert prepared["action"] == "pre_accept" and accepted["action"] == "accept"
        assert prepared["session"] == accepted["session"]
        await peer.setRemoteDescription(
            RTCSessionDescription(accepted["session"]["sdp"], accepted["session"]["sdp_type"]))
        await asyncio.sleep(5)
        tell("heard", strength=strength(heard, 700), seconds=len(heard) / 48000)
        await loop.run_in_executor(None, webhook, url, {
            "id": CALL, "event": "terminate", "status": "COMPLETED", "duration": 5})
        await asyncio.sleep(0.5)
        await peer.close()


    asyncio.run(main())
    """#
}
