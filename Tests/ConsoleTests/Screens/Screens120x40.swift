import Cells

/// What the situations look like at 120×40.
enum Screens120x40 {
  static let all: [Shot] = [
    Shot(
      "idle", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                                                      1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● Echo          repeats you        │ No call.
       ● Parrot        voice bot          │
       ● Operator      calls you          │ Enter calls the selected contact, : anybody by name, address or number.
       # Lobby         room 2             │
       ◐ Amina Okafor  away               │
       ○ Bernd         offline            │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ Delay, loss, jitter and quality of a call appear here.
       ✗ Amina Okafor      12:02   missed │
       ↗ Echo              11:58     1:02 │
       ↗ Parrot           19 Nov  1:02:05 │
       ✗ Bernd            17 Nov no reply │
       ✗ Bernd            Sep 25     busy │
                                          │
                                          │
                                          │
                                          │
                                          │
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       Enter call   / filter   Tab next pane   q quit   : all actions   ? help
      """#),
    Shot(
      "filter", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                                                      1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
       / o                         5 of 6 │ No call.
      ▸● Echo          repeats you        │
       ● Parrot        voice bot          │ Enter calls the selected contact, : anybody by name, address or number.
       ● Operator      calls you          │
       # Lobby         room 2             │
       ◐ Amina Okafor  away               │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ Delay, loss, jitter and quality of a call appear here.
       ✗ Amina Okafor      12:02   missed │
       ↗ Echo              11:58     1:02 │
       ↗ Parrot           19 Nov  1:02:05 │
       ✗ Bernd            17 Nov no reply │
       ✗ Bernd            Sep 25     busy │
                                          │
                                          │
                                          │
                                          │
                                          │
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       Enter keep the filter   Esc clear   ↓ down   F1 help
      """#),
    Shot(
      "ringing", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                                                      1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● Echo          repeats you        │ ◉ Amina Okafor  exchange                                            rings   00:07
       ● Parrot        voice bot          │
       ● Operator      calls you          │
       # Lobby         room 2             │
       ◐ Amina Okafor  away               │
       ○ Bernd         offline            │
                                          │
                                ┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:07 ━┓
                                ┃                                                                  ┃
                                ┃  ◉ Amina Okafor                                                  ┃
                                ┃    amina@example.org                                             ┃
                                ┃    audio · exchange · BotServer                                  ┃
                                ┃                                                                  ┃
                                ┃  Wants the invoice of March sent again; the bot could not find   ┃
                                ┃  it.                                                             ┃
                                ┃                                                                  ┃
                                ┃  Amina        Could I talk to a human, please?                   ┃
                                ┃  Invoice bot  One moment, I ring somebody.                       ┃
                                ┃                                                                  ┃
                                ┃  a accept   d decline   D with reason   i silence                ┃
                                ┃                                                                  ┃
                                ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
                                          │
                                          │
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ Delay, loss, jitter and quality of a call appear here.
       ✗ Amina Okafor      12:02   missed │
       ↗ Echo              11:58     1:02 │
       ↗ Parrot           19 Nov  1:02:05 │
       ✗ Bernd            17 Nov no reply │
       ✗ Bernd            Sep 25     busy │
                                          │
                                          │
                                          │
                                          │
                                          │
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       a accept   d decline   D with reason   i silence   : all actions   ? help
      """#),
    Shot(
      "ringingWhileTyping", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                                                      1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● Echo          repeats╭──────────────────────────────────────────────────────────────────────╮          rings   00:07
       ● Parrot        voice b│ : ami                                                                │
       ● Operator      calls y├──────────────────────────────────────────────────────────────────────┤uld not find it.
       # Lobby         room 2 │▸Call Amina Okafor                                               away │
       ◐ Amina Okafor  away   │ Call “ami”                                                           │
       ○ Bernd         offline╰──────────────────────────────────────────────────────────────────────╯
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ Delay, loss, jitter and quality of a call appear here.
       ✗ Amina Okafor      12:02   missed │
       ↗ Echo              11:58     1:02 │
       ↗ Parrot           19 Nov  1:02:05 │
       ✗ Bernd            17 Nov no reply │
       ✗ Bernd            Sep 25     busy │
                                          │
                            ┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:07 ━┓
                            ┃ ◉ Amina Okafor  audio · exchange · BotServer  Wants the invoice of Marc… ┃
                            ┃ F2 accept   F3 decline   F4 silence                                      ┃
                            ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       F2 accept   F3 decline   F4 silence   Enter take   Esc close   ↓ down   F1 help
      """#),
    Shot(
      "active", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                              1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● Echo          repeats you        │ ● Parrot  bot · exchange                     active   00:41   listening   MOS 4.4
       ● Parrot        voice bot          │ mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you          │
       # Lobby         room 2             │ 00:01  Parrot  Hello, I am Parrot. Say anything, and I say it back.
       ◐ Amina Okafor  away               │ 00:06  you     what is the weather like in the mountains today
       ○ Bernd         offline            │ 00:09  Parrot  What is the weather like? I only re▌
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor      12:02   missed │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo              11:58     1:02 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁
       ↗ Parrot           19 Nov  1:02:05 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd            17 Nov no reply │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            Sep 25     busy │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                          │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                                          │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                          │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                          │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                          │ ✓ Sounds good.
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       Enter call   m mute   h hold   x hang up   r record   v devices   n note   o open   : all actions   ? help
      """#),
    Shot(
      "muted", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                                1 missed    MUTED    ear ▂▁▄▅▂   12:41
      ── Contacts ────────────────────────┮━ Call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Tab panes ━
       ● Echo          repeats you        │ ● Parrot  bot · exchange                     active   00:41   listening   MOS 4.4
       ● Parrot        voice bot          │  MUTED · m unmutes     ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you          │
       # Lobby         room 2             │ 00:01  Parrot  Hello, I am Parrot. Say anything, and I say it back.
       ◐ Amina Okafor  away               │ 00:06  you     what is the weather like in the mountains today
       ○ Bernd         offline            │ 00:09  Parrot  What is the weather like? I only re▌
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── History · 1 missed ──────────────┼─ Statistics ──────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor      12:02   missed │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo              11:58     1:02 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁
       ↗ Parrot           19 Nov  1:02:05 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd            17 Nov no reply │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            Sep 25     busy │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                          │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                                          │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                          │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                          │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                          │ ! They cannot hear you: muted. m unmutes.
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       m unmute   h hold   x hang up   0-9 tones   r record   v devices   n note   o open   : all actions   ? help
      """#),
    Shot(
      "heldAndWaiting", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                              1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ── 1 Contacts ──────────────────────┮━ 2 Call · 3 calls ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
       ● Echo          repeats you        │ ● Parrot  bot · exchange                     active   00:41   listening   MOS 4.4
       ● Parrot        voice bot          │ mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you          │▸‖ Amina Okafor  exchange                                             held   00:41
       # Lobby         room 2             │ ◉ Bernd  exchange                                                   rings   00:24
       ◐ Amina Okafor  away               │
       ○ Bernd         offline            │ 00:01  Parrot  Hello, I am Parrot. Say anything, and I say it back.
                                          │ 00:06  you     what is the weather like in the mountains today
                                          │ 00:09  Parrot  What is the weather like? I only re▌
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor      12:02   missed │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo              11:58     1:02 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁
       ↗ Parrot           19 Nov  1:02:05 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd            17 Nov no reply │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            Sep 25     busy │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                          │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                            ┏━ Incoming call, silent ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:24 ━┓▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                            ┃ ◉ Bernd  audio · exchange · BotServer                                    ┃▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                            ┃ a accept   d decline   D with reason                                     ┃
                            ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       a accept   d decline   D with reason   : all actions   ? help
      """#),
    Shot(
      "bad", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                              1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ── 1 Contacts ──────────────────────┬─ 2 Call ──────────────────────────────────────────────────────────────────────────
       ● Echo          repeats you        │ ● Parrot  bot · exchange                     active   00:41   listening   MOS 3.2
       ● Parrot        voice bot          │ mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you          │
       # Lobby         room 2             │ 00:01  Parrot  Hello, I am Parrot. Say anything, and I say it back.
       ◐ Amina Okafor  away               │ 00:06  you     what is the weather like in the mountains today
       ○ Bernd         offline            │ 00:09  Parrot  What is the weather like? I only re▌
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────┾━ 4 Statistics ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
       ↙ Operator          12:38     0:21 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor      12:02   missed │ loss        7.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆
       ↗ Echo              11:58     1:02 │ jitter       40 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▂▁▁▁▁▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆
       ↗ Parrot           19 Nov  1:02:05 │ concealed   5.6 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            17 Nov no reply │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            Sep 25     busy │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                          │ MOS         3.2                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
                                          │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                          │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                          │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                          │ ✗ Choppy: 7 % is lost on the way. Use a cable, not WLAN; or x and call again.
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       m mute   h hold   x hang up   r record   v devices   n note   o open   : all actions   ? help
      """#),
    Shot(
      "help", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                                                      1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● Echo          repeats you        │ No call.
       ● Parrot        voice bot          │
       ● Operator      calls you          │ Enter calls the selected contact, : anybody by name, address or number.
       # Lobby         room 2             │
       ◐ Amina Okafor  away               │
       ○ Bernd╭─ Keys valid now ─────────────────────────────────────────────────────────────────────────────────────╮
              │  Contacts                                           3               Go to the history                │
              │  Enter           Call the selected contact          4               Go to the statistics             │
              │  /               Filter this list                   ← h             Pane to the left                 │
              │  y               Copy the address                   → l             Pane to the right                │
              │                                                     ↓ j             Down                             │
              │  Everywhere                                         ↑ k             Up                               │
              │  m               Mute or unmute the microphone      PgDn Ctrl-F     A page down                      │
              │  v               Choose microphone and speaker      PgUp Ctrl-B     A page up                        │
              │  t               Transcript over the whole screen   g Home          To the first line                │
              │  s               Statistics over the whole screen   G End           To the last line                 │
              │  + =             Louder                             Esc             Back                             │
              │  -               Softer                             L               Messages of the program          │
              │  : Ctrl-P        All actions, and anybody to call   Ctrl-R F5       Fetch contacts and history anew  │
              │  ? F1            The keys valid now                 Ctrl-L          Draw the screen anew             │
              │  Tab             Next pane                          M               Mouse on or off                  │
              │  Shift-Tab       Previous pane                      Ctrl-Z          Suspend the program              │
              │  1               Go to contacts                     q Ctrl-C        Quit                             │
              │  2               Go to the call                                                                      │
      ── 3 His╰──────────────────────────────────────────────────────────────────────────────────────────────────────╯────────
       ↙ Operator          12:38     0:21 │ Delay, loss, jitter and quality of a call appear here.
       ✗ Amina Okafor      12:02   missed │
       ↗ Echo              11:58     1:02 │
       ↗ Parrot           19 Nov  1:02:05 │
       ✗ Bernd            17 Nov no reply │
       ✗ Bernd            Sep 25     busy │
                                          │
                                          │
                                          │
                                          │
                                          │
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       Esc close   ↓ down   PgDn page
      """#),
    Shot(
      "palette", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                              1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● Echo          repeats╭──────────────────────────────────────────────────────────────────────╮1   listening   MOS 4.4
       ● Parrot        voice b│ : ho                                                                 │
       ● Operator      calls y├──────────────────────────────────────────────────────────────────────┤
       # Lobby         room 2 │▸Hold or resume the call                                            h │ it back.
       ◐ Amina Okafor  away   │ Call Echo                                                repeats you │oday
       ○ Bernd         offline│ Go to the history                                                  3 │
                              │ Call “ho”                                                            │
                              ╰──────────────────────────────────────────────────────────────────────╯
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor      12:02   missed │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo              11:58     1:02 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁
       ↗ Parrot           19 Nov  1:02:05 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd            17 Nov no reply │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            Sep 25     busy │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                          │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                                          │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                          │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                          │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                          │ ✓ Sounds good.
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       Enter take   Esc close   ↓ down   F1 help
      """#),
    Shot(
      "quit", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                              1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● Echo          repeats you        │ ● Parrot  bot · exchange                     active   00:41   listening   MOS 4.4
       ● Parrot        voice bot          │ mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you          │
       # Lobby         room 2             │ 00:01  Parrot  Hello, I am Parrot. Say anything, and I say it back.
       ◐ Amina Okafor  away               │ 00:06  you     what is the weather like in the mountains today
       ○ Bernd         offline            │ 00:09  Parrot  What is the weather like? I only re▌
                                          │
                                          │
                                          │
                                          │
                                         ╭───────────────────────────────────────────────╮
                                         │                                               │
                                         │  A call with Parrot is up. Hang up and quit?  │
                                         │                                               │
                                         │  y hang up and quit   Esc stay                │
                                         ╰───────────────────────────────────────────────╯
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor      12:02   missed │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo              11:58     1:02 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁
       ↗ Parrot           19 Nov  1:02:05 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd            17 Nov no reply │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            Sep 25     busy │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                          │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                                          │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                          │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                          │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                          │ ✓ Sounds good.
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       y hang up and quit   Esc stay
      """#),
    Shot(
      "hostile", Size(rows: 40, columns: 120),
      #"""
       tipring  ● y ou · exchange online                                                                     1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● W [HW [HW [HW […  repeats you    │ ◉ ]0;owned [2Jevil  exchange                                        rings   00:05
       ● parrot            voice bot      │
       ● Operator          calls you      │
       # Lobby             room 2         │
       ◐ Amina Okafor      away           │
       ○ Bernd             offline        │
                                          │
                                ┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:05 ━┓
                                ┃                                                                  ┃
                                ┃  ◉ ]0;owned [2Jevil                                              ┃
                                ┃    á [31má [31má [31má [31má [31má [31má [31má [31má [31má [31m… ┃
                                ┃    audio · exchange · BotServer                                  ┃
                                ┃                                                                  ┃
                                ┃  line one line two                                               ┃
                                ┃  2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  ┃
                                ┃  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  ┃
                                ┃                                                                  ┃
                                ┃  a accept   d decline   D with reason   i silence                ┃
                                ┃                                                                  ┃
                                ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
                                          │
                                          │
                                          │
                                          │
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ c two lines       12:38     0:21 │ Delay, loss, jitter and quality of a call appear here.
       ✗ Amina Okafor      12:02   missed │
       ↗ Echo              11:58     1:02 │
       ↗ Parrot           19 Nov  1:02:05 │
       ✗ Bernd            17 Nov no reply │
       ✗ Bernd            Sep 25     busy │
                                          │
                                          │
                                          │
                                          │
                                          │
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       a accept   d decline   D with reason   i silence   : all actions   ? help
      """#),
    Shot(
      "wide", Size(rows: 40, columns: 120),
      #"""
       tipring  ● you · exchange online                                              1 missed   mic ▁▁▁▁▁   ear ▁▁▁▁▁   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● 鈴木 一郎 (東京…  repeats you    │ ● 鈴木 一郎 📞  bot · exchange                         active   00:19   listening
       ● José é🇩🇪          voice bot      │ mic ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁   ear ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ● 한국어 이름       calls you      │
       # Lobby             room 2         │ 00:01  鈴木  こんにちは、聞こえますか。今日はとても良い天気ですね。
       ◐ Amina Okafor      away           │ 00:04  you   👩 はい 👍 🇯🇵
       ○ Bernd             offline        │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ 鈴木 一郎 株式…   12:38     0:21 │ Measuring begins with the first sound.
       ✗ Amina Okafor      12:02   missed │
       ↗ Echo              11:58     1:02 │
       ↗ Parrot           19 Nov  1:02:05 │
       ✗ Bernd            17 Nov no reply │
       ✗ Bernd            Sep 25     busy │
                                          │
                                          │
                                          │
                                          │
                                          │
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       Enter call   m mute   h hold   x hang up   r record   v devices   n note   o open   : all actions   ? help
      """#),
    Shot(
      "ascii", Size(rows: 40, columns: 120),
      #"""
       tipring  * you - exchange online                                              1 missed   mic -.=*-   ear ._-=.   12:41
      == 1 Contacts ======================+- 2 Call --------------------------------------------------------------------------
      >* Zoe Lacka     repeats you        | * Parrot  bot - exchange                     active   00:41   listening   MOS 4.4
       * Parrot        voice bot          | mic _____:-+**=-.=*-   ear _____.:=+=-._-=.
       * Operator      calls you          |
       # Lobby         room 2             | 00:01  Parrot  Hello, I am Parrot. Say anything, and I say it back.
       ~ Amina Okafor  away               | 00:06  you     what is the weather like in the mountains today
       o Bernd         offline            | 00:09  Parrot  What is the weather like? I only re_
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |
                                          |                                        answered after 0.74 s - sound after 0.91 s
      -- 3 History - 1 missed ------------+- 4 Statistics --------------------------------------------------------------------
       < Operator          12:38     0:21 | delay        38 ms                    ...........................................
       x Amina Okafor      12:02   missed | loss        0.0 %                     ___________________________________________
       > Echo              11:58     1:02 | jitter        2 ms                    ______.______._____.______.______.______.__
       > Parrot           19 Nov  1:02:05 | concealed   0.0 %                     ___________________________________________
       x Bernd            17 Nov no reply | down         33 kbit/s                ===========================================
       x Bernd            Sep 25     busy | up           31 kbit/s                -------------------------------------------
                                          | MOS         4.4                       *******************************************
                                          | RTT          12 ms                    ___________________________________________
                                          | buffer       18 ms                    ...........................................
                                          | host = host - Opus 48 kHz - AES-128-GCM
                                          | v Sounds good.
      ------------------------------------+-----------------------------------------------------------------------------------
       Enter call   m mute   h hold   x hang up   r record   v devices   n note   o open   : all actions   ? help
      """#),
    Shot(
      "conference", Size(rows: 40, columns: 120),
      #"""
       ● exchange  ● chat  ● nx  ● bots                                              1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────
      ▸● Echo        repeats … · exchange │ ● Standup  chat                                          active   00:41   MOS 4.4
       # Lobby       room 2 · exchange    │ mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Ann Larsen  online · chat        │ 4 people  ○ you  ● Ann Larsen  ○ Ben Okri (muted)  ○ Chidi Anagonye
       # Standup     room 3 · chat        │
       ● Ben Okri    online · nx          │ 00:03  Ann Larsen      Shall we begin?
       ● Sales       bot · bots           │ 00:09  Chidi Anagonye  writes: the notes are at example.org/notes
                                          │ 00:12  Ann Larsen has let Ben Okri in.
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor      12:02   missed │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo              11:58     1:02 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁
       ↗ Parrot           19 Nov  1:02:05 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd            17 Nov no reply │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            Sep 25     busy │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                          │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                                          │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                          │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                          │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                          │ ✓ Sounds good.
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       Enter call   m mute   h hold   x hang up   r record   v devices   n note   o open   : all actions   ? help
      """#),
    Shot(
      "fourSystems", Size(rows: 40, columns: 120),
      #"""
       ● exchange  ● chat  ● nx  ● bots                                              1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call · 2 calls ────────────────────────────────────────────────────────────────
      ▸● Echo        repeats … · exchange │ ● Standup  chat                                          active   00:43   MOS 4.4
       # Lobby       room 2 · exchange    │ mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Ann Larsen  online · chat        │ 4 people  ○ you  ● Ann Larsen  ○ Ben Okri (muted)  ○ Chidi Anagonye
       # Standup     room 3 · chat        │ ◉ Ben Okri  nx                                                      rings   00:14
       ● Ben Okri    online · nx          │
       ● Sales       bot · bots           │ 00:03  Ann Larsen      Shall we begin?
                                          │ 00:09  Chidi Anagonye  writes: the notes are at example.org/notes
                                          │ 00:12  Ann Larsen has let Ben Okri in.
                                          │
                                ┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:14 ━┓
                                ┃                                                                  ┃
                                ┃  ◉ Ben Okri                                                      ┃
                                ┃    +4930654321                                                   ┃
                                ┃    audio · nx · Nexacon                                          ┃
                                ┃                                                                  ┃
                                ┃  a accept   d decline   D with reason   i silence                ┃
                                ┃                                                                  ┃
                                ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
                                          │
                                          │
                                          │
                                          │
                                          │
                                          │                                        answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────
       ↙ Operator          12:38     0:21 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor      12:02   missed │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo              11:58     1:02 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁
       ↗ Parrot           19 Nov  1:02:05 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd            17 Nov no reply │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd            Sep 25     busy │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                          │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                                          │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                          │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                          │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                          │ ✓ Sounds good.
      ────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────
       a accept   d decline   D with reason   i silence   : all actions   ? help
      """#),
  ]
}
