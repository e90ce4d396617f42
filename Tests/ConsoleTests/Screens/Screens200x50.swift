import Cells

/// What the situations look like at 200×50.
enum Screens200x50 {
  static let all: [Shot] = [
    Shot(
      "conference", Size(rows: 50, columns: 200),
      #"""
       tipring  ● you · exchange online  ● amina@example.org · chat online  ● +4930123456 · nx online  ● Amina · bots online                                         1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
      ▸● Echo        repeats you · exchange       │ ● Standup  chat                                                                                                                  active   00:41   MOS 4.4
       # Lobby       room 2 · exchange            │ mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Ann Larsen  online · chat                │ 4 people  ○ you  ● Ann Larsen  ○ Ben Okri (muted)  ○ Chidi Anagonye
       # Standup     room 3 · chat                │
       ● Ben Okri    online · nx                  │ 00:03  Ann Larsen      Shall we begin?
       ● Sales       bot · bots                   │ 00:09  Chidi Anagonye  writes: the notes are at example.org/notes
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
                                                  │                                                                                                                answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
       ↙ Operator            12:38      0:21  4.4 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor        12:02    missed      │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo                11:58      1:02  4.3 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁
       ↗ Parrot             19 Nov   1:02:05  3.9 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd              17 Nov  no reply      │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd              Sep 25      busy      │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                                  │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                                                  │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                                  │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                                  │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                                  │ ✓ Sounds good.
      ────────────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
       Enter call   m mute   h hold   x hang up   r record   v devices   n note   o open   : all actions   ? help
      """#),
    Shot(
      "fourSystems", Size(rows: 50, columns: 200),
      #"""
       tipring  ● you · exchange online  ● amina@example.org · chat online  ● +4930123456 · nx online  ● Amina · bots online                                         1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┭─ 2 Call · 2 calls ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
      ▸● Echo        repeats you · exchange       │ ● Standup  chat                                                                                                                  active   00:43   MOS 4.4
       # Lobby       room 2 · exchange            │ mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
       ● Ann Larsen  online · chat                │ 4 people  ○ you  ● Ann Larsen  ○ Ben Okri (muted)  ○ Chidi Anagonye
       # Standup     room 3 · chat                │ ◉ Ben Okri  nx                                                                                                                              rings   00:14
       ● Ben Okri    online · nx                  │
       ● Sales       bot · bots                   │ 00:03  Ann Larsen      Shall we begin?
                                                  │ 00:09  Chidi Anagonye  writes: the notes are at example.org/notes
                                                  │ 00:12  Ann Larsen has let Ben Okri in.
                                                  │
                                                  │
                                                  │
                                                  │
                                                  │                     ┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:14 ━┓
                                                  │                     ┃                                                                  ┃
                                                  │                     ┃  ◉ Ben Okri                                                      ┃
                                                  │                     ┃    +4930654321                                                   ┃
                                                  │                     ┃    audio · nx · Nexacon                                          ┃
                                                  │                     ┃                                                                  ┃
                                                  │                     ┃  a accept   d decline   D with reason   i silence                ┃
                                                  │                     ┃                                                                  ┃
                                                  │                     ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
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
                                                  │                                                                                                                answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ────────────────────┼─ 4 Statistics ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
       ↙ Operator            12:38      0:21  4.4 │ delay        38 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       ✗ Amina Okafor        12:02    missed      │ loss        0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ↗ Echo                11:58      1:02  4.3 │ jitter        2 ms                    ▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁
       ↗ Parrot             19 Nov   1:02:05  3.9 │ concealed   0.0 %                     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ✗ Bernd              17 Nov  no reply      │ down         33 kbit/s                ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       ✗ Bernd              Sep 25      busy      │ up           31 kbit/s                ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                                                  │ MOS         4.4                       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
                                                  │ RTT          12 ms                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                                  │ buffer       18 ms                    ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
                                                  │ host ↔ host · Opus 48 kHz · AES-128-GCM
                                                  │ ✓ Sounds good.
      ────────────────────────────────────────────┴───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
       a accept   d decline   D with reason   i silence   : all actions   ? help
      """#),
  ]
}
