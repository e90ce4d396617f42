"""aiortc's side of a call."""

import asyncio
import fractions
import time
import wave

from aiortc import (
    MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription, rtcdtlstransport)
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, pack_remb_fci
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame


class Speech(MediaStreamTrack):
    """A file of one channel at 48 kHz in frames of 20 ms, over and over, in real time."""

    kind = "audio"

    def __init__(self, path):
        super().__init__()
        with wave.open(path) as file:
            assert file.getframerate() == 48000 and file.getnchannels() == 1
            self.data = file.readframes(file.getnframes())
        self.data += bytes(-len(self.data) % 1920)
        self.position, self.start, self.muted = 0, None, False

    async def recv(self):
        self.start = self.start or time.time()
        await asyncio.sleep(max(0, self.start + self.position / 48000 - time.time()))
        first = self.position * 2 % len(self.data)
        frame = AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(bytes(1920) if self.muted else self.data[first:first + 1920])
        frame.sample_rate, frame.pts = 48000, self.position
        frame.time_base = fractions.Fraction(1, 48000)
        self.position += 960
        return frame


class Side:
    def __init__(self, speech, folder, options, tell):
        self.speech, self.tell, self.samples = Speech(speech), tell, bytearray()
        if "profile" in options:
            profiles = rtcdtlstransport.SRTP_PROFILES
            profiles[:] = [p for p in profiles if p.openssl_profile.decode() == options["profile"]]
            assert profiles, options["profile"]

    async def start(self):
        pass

    async def begin(self, candidate):
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.sender = self.pc.addTrack(self.speech)

        @self.pc.on("connectionstatechange")
        def changed():
            self.tell("connection", state=self.pc.connectionState)

        @self.pc.on("track")
        async def received(track):
            while True:
                try:
                    frame = await track.recv()
                except Exception:
                    return
                # Two channels, of which the first is kept.
                samples = memoryview(bytes(frame.planes[0])).cast("h")
                self.samples += samples[:frame.samples * 2:2].tobytes()

    # aiortc gathers before it describes, and knows no restart.
    async def offer(self, restart=False):
        assert not restart, "aiortc does not restart ICE"
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def answer(self, sdp):
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return self.pc.localDescription.sdp

    async def accept(self, sdp):
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def add(self, line):
        candidate = candidate_from_sdp(line.partition(":")[2])
        candidate.sdpMid = "0"
        await self.pc.addIceCandidate(candidate)

    async def hold(self, holds):
        self.pc.getTransceivers()[0].direction = "sendonly" if holds else "sendrecv"

    async def mute(self, muted):
        self.speech.muted = muted

    # As aiortc does it for video; it has no estimate of sound.
    async def estimate(self, bits):
        fci = pack_remb_fci(bits, [s.source for s in self.pc.getReceivers()[0].getSynchronizationSources()])
        packet = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=self.sender._ssrc, media_ssrc=0, fci=fci)
        await self.sender.transport._send_rtp(bytes(packet))

    async def add_section(self):
        self.pc.createDataChannel("more")

    async def heard(self):
        samples, self.samples = bytes(self.samples), bytearray()
        return samples

    async def stats(self):
        report = {s.type: s for s in (await self.pc.getStats()).values()}
        return {
            "received": report["inbound-rtp"].packetsReceived, "lost": report["inbound-rtp"].packetsLost,
            "direction": self.pc.getTransceivers()[0].currentDirection}

    async def stop(self):
        await self.pc.close()
