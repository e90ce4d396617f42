/// OpenAI's Realtime API and Google's Gemini Live API as their documents tell them, on a WebSocket of
/// 127.0.0.1 that is not ours: Python's `websockets`.
///
/// It writes JSON lines: `ready` with its port, `opened` with the API's name, `complaint` for whatever it was
/// sent that the documents do not allow, and `heard` with the seconds of 300 Hz that the caller has said.
/// It greets with twenty seconds of 600 Hz, faster than they last. Who speaks for 200 ms interrupts that;
/// when the caller has spoken for a second, it answers with three seconds of 900 Hz.
package enum VoiceServices {
  /// A Python interpreter that has what the script needs.
  package static func interpreter() throws -> String {
    try Python.interpreter(having: "websockets", as: "websockets>=13,<16", in: "websockets-1")
  }

  package static let openAIKey = "sk-of-the-test"
  package static let geminiKey = "AIza-of-the-test"
  package static let greeting = "Good day to you."

  package static let script = #"""
    import asyncio, base64, json, math, struct, urllib.parse

    from websockets.asyncio.server import serve

    GREETING = "Good day to you."


    def tell(event, **members):
        print(json.dumps({"event": event, **members}), flush=True)


    def expect(condition, words, value=None):
        if not condition:
            tell("complaint", words=words, value=str(value)[:400])


    def tone(hertz, seconds):
        """PCM16 at 24 kHz, in pieces of 200 ms, as base64."""
        step, count = 2 * math.pi * hertz / 24000, int(24000 * seconds)
        data = struct.pack("<%dh" % count, *(int(8000 * math.sin(step * i)) for i in range(count)))
        return [base64.b64encode(data[i:i + 9600]).decode() for i in range(0, len(data), 9600)]


    class Ear:
        """How long the caller has said 300 Hz, by frames of 20 ms."""

        def __init__(self, rate):
            self.rate, self.rest, self.seconds, self.in_turn = rate, b"", 0.0, 0.0

        def hear(self, data):
            self.rest += data
            size = self.rate // 50
            while len(self.rest) >= 2 * size:
                frame = struct.unpack("<%dh" % size, self.rest[:2 * size])
                self.rest = self.rest[2 * size:]
                step = 2 * math.pi * 300 / self.rate
                cosine = sum(s * math.cos(step * i) for i, s in enumerate(frame))
                sine = sum(s * math.sin(step * i) for i, s in enumerate(frame))
                if 2 * math.hypot(cosine, sine) / size / 32768 > 0.02:
                    self.seconds += 0.02
                    self.in_turn += 0.02


    def pcm(text, words):
        try:
            data = base64.b64decode(text, validate=True)
        except Exception as error:
            expect(False, words + ": no base64", error)
            return b""
        expect(data and len(data) % 2 == 0, words + ": no whole samples", len(data))
        return data


    class Conversation:
        """What is the same of both services: when it greets, is interrupted, and answers."""

        def __init__(self, socket, rate):
            self.socket, self.ear = socket, Ear(rate)
            self.speaking, self.is_interrupted, self.has_answered = None, False, False

        async def send(self, message):
            await self.socket.send(self.frame(json.dumps(message)))

        def begin(self, words, hertz, seconds):
            self.speaking = asyncio.create_task(self.speak(words, tone(hertz, seconds)))

        async def hear(self, data):
            self.ear.hear(data)
            if self.ear.in_turn > 0.2 and not self.is_interrupted:
                self.is_interrupted = True
                if self.speaking:
                    self.speaking.cancel()
                await self.interrupted()
            if self.ear.in_turn > 1.0 and not self.has_answered:
                self.has_answered = True
                await self.understood("Three hundred hertz.")
                tell("heard", seconds=self.ear.seconds)
                self.begin("Nine hundred then.", 900, 3)


    class OpenAI(Conversation):
        frame = staticmethod(lambda text: text)

        async def speak(self, words, pieces):
            await self.send({"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}})
            for piece in pieces:
                await self.send({"type": "response.output_audio.delta", "response_id": "resp_1",
                                 "item_id": "item_1", "output_index": 0, "content_index": 0, "delta": piece})
                await asyncio.sleep(0.01)
            for word in words.split():
                await self.send({"type": "response.output_audio_transcript.delta", "delta": word + " "})
            await self.send({"type": "response.output_audio_transcript.done", "transcript": words})
            await self.send({"type": "response.output_audio.done"})
            await self.send({"type": "response.done", "response": {"id": "resp_1", "status": "completed"}})

        async def interrupted(self):
            await self.send({"type": "input_audio_buffer.speech_started", "audio_start_ms": 100, "item_id": "item_2"})
            await self.send({"type": "response.done", "response": {"id": "resp_1", "status": "cancelled"}})

        async def understood(self, words):
            await self.send({"type": "input_audio_buffer.speech_stopped", "audio_end_ms": 1100, "item_id": "item_2"})
            await self.send({"type": "conversation.item.input_audio_transcription.completed",
                             "item_id": "item_2", "content_index": 0, "transcript": words})

        async def run(self):
            head = self.socket.request
            query = urllib.parse.parse_qs(urllib.parse.urlparse(head.path).query)
            expect(head.headers.get("Authorization") == "Bearer sk-of-the-test", "no key", head.headers)
            expect(query.get("model") == ["gpt-test"], "another model", head.path)
            await self.send({"type": "session.created", "session": {"type": "realtime", "object": "realtime.session"}})
            async for text in self.socket:
                expect(isinstance(text, str), "a binary message")
                await self.take(json.loads(text))

        async def take(self, message):
            kind = message.get("type")
            if kind == "session.update":
                session = message.get("session", {})
                audio = session.get("audio", {})
                expect(session.get("type") == "realtime", "no type of session", session)
                expect(session.get("output_modalities") == ["audio"], "other modalities", session)
                for way in ("input", "output"):
                    expect(audio.get(way, {}).get("format") == {"type": "audio/pcm", "rate": 24000},
                           "another format of " + way, audio)
                expect(audio.get("output", {}).get("voice") == "ash", "another voice", audio)
                detection = audio.get("input", {}).get("turn_detection", {})
                expect(detection.get("type") == "server_vad" and 0 <= detection.get("threshold", -1) <= 1
                       and isinstance(detection.get("silence_duration_ms"), int)
                       and isinstance(detection.get("prefix_padding_ms"), int), "turn detection", detection)
                expect("model" in audio.get("input", {}).get("transcription", {}), "no transcription", audio)
                for tool in session.get("tools", []):
                    expect(tool.get("type") == "function" and tool.get("name")
                           and tool.get("parameters", {}).get("type") == "object", "tool", tool)
                await self.send({"type": "session.updated", "session": session})
            elif kind == "response.create":
                expect(GREETING in message.get("response", {}).get("instructions", ""), "no greeting", message)
                self.begin(GREETING, 600, 20)
            elif kind == "input_audio_buffer.append":
                await self.hear(pcm(message.get("audio", ""), "append"))
            else:
                expect(False, "an event that there is not", message)


    class Gemini(Conversation):
        # Google sends its JSON in binary messages.
        frame = staticmethod(lambda text: text.encode())

        async def speak(self, words, pieces):
            for piece in pieces:
                part = {"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": piece}}
                await self.send({"serverContent": {"modelTurn": {"role": "model", "parts": [part]}}})
                await asyncio.sleep(0.01)
            await self.send({"serverContent": {"outputTranscription": {"text": words}}})
            await self.send({"serverContent": {"generationComplete": True}})
            await self.send({"serverContent": {"turnComplete": True}, "usageMetadata": {"totalTokenCount": 9}})

        async def interrupted(self):
            await self.send({"serverContent": {"interrupted": True}})
            await self.send({"serverContent": {"turnComplete": True}})

        async def understood(self, words):
            await self.send({"serverContent": {"inputTranscription": {"text": words}}})

        async def run(self):
            head, is_set_up = self.socket.request, False
            expect(head.headers.get("x-goog-api-key") == "AIza-of-the-test", "no key", head.headers)
            async for text in self.socket:
                message = json.loads(text)
                expect(len(message) == 1, "more than one kind in a message", list(message))
                expect(is_set_up or "setup" in message, "the first message is no setup", message)
                if "setup" in message:
                    expect(not is_set_up, "set up twice")
                    is_set_up = True
                    self.check(message["setup"])
                    await self.send({"setupComplete": {}})
                elif "clientContent" in message:
                    content = message["clientContent"]
                    texts = [part["text"] for turn in content["turns"] for part in turn["parts"]]
                    expect(content.get("turnComplete") is True and content["turns"][0]["role"] == "user"
                           and GREETING in " ".join(texts), "no greeting", content)
                    self.begin(GREETING, 600, 20)
                elif "realtimeInput" in message:
                    audio = message["realtimeInput"].get("audio", {})
                    expect(audio.get("mimeType") == "audio/pcm;rate=16000", "another format", audio.get("mimeType"))
                    await self.hear(pcm(audio.get("data", ""), "realtimeInput"))
                else:
                    expect(False, "a message that there is not", message)

        def check(self, setup):
            generation = setup.get("generationConfig", {})
            voice = generation.get("speechConfig", {}).get("voiceConfig", {}).get("prebuiltVoiceConfig", {})
            expect(setup.get("model") == "models/live-test", "another model", setup)
            expect(generation.get("responseModalities") == ["AUDIO"], "other modalities", generation)
            expect(voice.get("voiceName") == "Puck", "another voice", generation)
            expect(setup.get("inputAudioTranscription") == {} and setup.get("outputAudioTranscription") == {},
                   "no transcription", setup)
            known = {"model", "generationConfig", "systemInstruction", "tools", "realtimeInputConfig",
                     "inputAudioTranscription", "outputAudioTranscription", "sessionResumption",
                     "contextWindowCompression", "proactivity"}
            expect(set(setup) <= known, "members that there are not", set(setup) - known)


    async def serve_one(socket):
        is_openai = socket.request.path.startswith("/v1/realtime")
        tell("opened", api="openai" if is_openai else "gemini")
        conversation = OpenAI(socket, 24000) if is_openai else Gemini(socket, 16000)
        try:
            await conversation.run()
        except Exception as error:
            if "ConnectionClosed" not in type(error).__name__:
                expect(False, "the conversation broke", repr(error))
        finally:
            if conversation.speaking:
                conversation.speaking.cancel()


    async def main():
        async with serve(serve_one, "127.0.0.1", 0, max_size=1 << 20) as server:
            tell("ready", port=server.sockets[0].getsockname()[1])
            await asyncio.get_running_loop().create_future()


    asyncio.run(main())
    """#
}
