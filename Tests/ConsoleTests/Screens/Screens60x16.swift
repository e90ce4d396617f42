import Cells

/// What the situations look like at 60×16, where one pane is seen at a time.
enum Screens60x16 {
  static let all: [Shot] = [
    Shot(
      "idle", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       # Lobby         room 2
       ◐ Amina Okafor  away
       ○ Bernd         offline






      ────────────────────────────────────────────────────────────
       Enter call  / filter  Tab next pane  : more  ? help
      """#),
    Shot(
      "filter", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
       / o                                                 5 of 6
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       # Lobby         room 2
       ◐ Amina Okafor  away






      ────────────────────────────────────────────────────────────
       Enter keep the filter  Esc clear  ↓ down  F1 help
      """#),
    Shot(
      "ringing", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
       ┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:07 ━┓
      ━┃  ◉ Amina Okafor                                        ┃─
      ▸┃    amina@example.org                                   ┃
       ┃    audio · exchange · BotServer                        ┃
       ┃                                                        ┃
       ┃  Wants the invoice of March sent again; the bot could  ┃
       ┃  not find it.                                          ┃
       ┃                                                        ┃
       ┃  Amina        Could I talk to a human, please?         ┃
       ┃  Invoice bot  One moment, I ring somebody.             ┃
       ┃                                                        ┃
       ┃  a accept   d decline   D with reason   i silence      ┃
       ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ────────────────────────────────────────────────────────────
       a accept  d decline  D with reason  : more  ? help
      """#),
    Shot(
      "ringingWhileTyping", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
       ◉ Amina Okafor rings 0:07
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸╭────────────────────────────────────────────────────────╮
       │ : ami                                                  │
       ├────────────────────────────────────────────────────────┤
       │▸Call Amina Okafor                                 away │
       │ Call “ami”                                             │
       ╰────────────────────────────────────────────────────────╯

       ┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:07 ━┓
       ┃ ◉ Amina Okafor  audio · exchange · BotServer  Wants t… ┃
       ┃ F2 accept   F3 decline   F4 silence                    ┃
       ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ────────────────────────────────────────────────────────────
       F2 accept  F3 decline  F4 silence  Enter take  F1 help
      """#),
    Shot(
      "twoRinging", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
       ┏━ Incoming call 1 of 2 ━━━━━━━━━━━━━━━━━━━━ rings 0:07 ━┓
      ━┃  ◉ Amina Okafor                                        ┃─
      ▸┃    amina@example.org                                   ┃
       ┃    audio · exchange · BotServer                        ┃
       ┃  Wants the invoice of March sent again; the bot could  ┃
       ┃  not find it.                                          ┃
       ┃                                                        ┃
       ┃  Amina        Could I talk to a human, please?         ┃
       ┃  Invoice bot  One moment, I ring somebody.             ┃
       ┃                                                        ┃
       ┃  ◉ Bernd rings 0:02                                    ┃
       ┃  a accept   d decline   D with reason   i silence      ┃
       ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ────────────────────────────────────────────────────────────
       a accept  d decline  D with reason  : more  ? help
      """#),
    Shot(
      "active", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
       ● Parrot active 00:41  listening
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       # Lobby         room 2
       ◐ Amina Okafor  away
       ○ Bernd         offline





      ────────────────────────────────────────────────────────────
       Enter call  m mute  h hold  x hang up  : more  ? help
      """#),
    Shot(
      "callPane", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
      ── Contacts ━━ Call ━━ History ── Statistics ─── Tab panes ─
       ● Parrot              active   00:41   listening   MOS 4.4
       mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂   tones 12#

       00:01  Parrot  Hello, I am Parrot. Say anything, and I say
                      it back.
       00:06  you     what is the weather like in the mountains
                      today
       00:09  Parrot  What is the weather like? I only re▌



                       answered after 0.74 s · sound after 0.91 s
      ────────────────────────────────────────────────────────────
       m mute  h hold  x hang up  0-9 tones  : more  ? help
      """#),
    Shot(
      "muted", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online         1 missed    MUTED    12:41
      ── Contacts ━━ Call ━━ History ── Statistics ─── Tab panes ─
       ● Parrot              active   00:41   listening   MOS 4.4
        MUTED · m unmutes     ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂

       00:01  Parrot  Hello, I am Parrot. Say anything, and I say
                      it back.
       00:06  you     what is the weather like in the mountains
                      today
       00:09  Parrot  What is the weather like? I only re▌



                       answered after 0.74 s · sound after 0.91 s
      ────────────────────────────────────────────────────────────
       m unmute  h hold  x hang up  0-9 tones  : more  ? help
      """#),
    Shot(
      "heldAndWaiting", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
      ── 1 ━━ 2 Call · 3 calls ━━ 3 ── 4 ─────────────────────────
       ● Parrot              active   00:41   listening   MOS 4.4
       mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂
      ▸‖ Amina Okafor  exchange                      held   00:41
       ◉ Bernd  exchange                            rings   00:24

       00:01  Parrot  Hello, I am Parrot. Say anything, and I say
                      it back.
       00:06  you     what is the weather like in the mountains
       ┏━ Incoming call, silent ━━━━━━━━━━━━━━━━━━━ rings 0:24 ━┓
       ┃ ◉ Bernd  audio · exchange · BotServer                  ┃
       ┃ a accept   d decline   D with reason                   ┃
       ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ────────────────────────────────────────────────────────────
       a accept  d decline  D with reason  : more  ? help
      """#),
    Shot(
      "bad", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
       ● Parrot active 00:41  listening
      ── 1 Contacts ── 2 Call ── 3 History ━━ 4 Statistics ━━─────
       delay        38 ms              ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
       loss        7.0 %               ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▆▆▆▆▆▆▆▆▆▆▆▆
       jitter       40 ms              ▁▁▁▂▁▁▁▂▁▁▁▂▁▁▆▆▆▆▆▆▆▆▆▆▆▆
       concealed   5.6 %               ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▅▅▅▅▅▅▅▅▅▅▅▅
       down         33 kbit/s          ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅
       up           31 kbit/s          ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
       MOS         3.2                 ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▅▅▅▅▅▅▅▅▅▅▅
       RTT          12 ms              ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Choppy: 7 % is lost on the way. Use a cable, not WLAN;
       or x and call again.
      ────────────────────────────────────────────────────────────
       m mute  h hold  x hang up  r record  : more  ? help
      """#),
    Shot(
      "help", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● ╭─ Keys valid now ───────────────────────────────────╮
       ● │  Contacts                                          │
       ● │  Enter           Call the selected contact         │
       # │  /               Filter this list                  │
       ◐ │  y               Copy the address                  │
       ○ │                                                    │
         │  Everywhere                                        │
         │  m               Mute or unmute the microphone     │
         │  v               Choose microphone and speaker     │
         │  t               Transcript over the whole screen  │
         │  s               Statistics over the whole screen  │
         ╰──────────────────────────────────────── ↓ 25 more ─╯
      ────────────────────────────────────────────────────────────
       Esc close  ↓ down  PgDn page
      """#),
    Shot(
      "palette", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
       ● Parrot active 00:41  listening
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸╭────────────────────────────────────────────────────────╮
       │ : ho                                                   │
       ├────────────────────────────────────────────────────────┤
       │▸Hold or resume the call                              h │
       │ Call Echo                                  repeats you │
       │ Go to the history                                    3 │
       │ Call “ho”                                              │
       ╰────────────────────────────────────────────────────────╯



      ────────────────────────────────────────────────────────────
       Enter take  Esc close  ↓ down  F1 help
      """#),
    Shot(
      "quit", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
       ● Parrot active 00:41  listening
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ● Pa╭───────────────────────────────────────────────╮
       ● Op│                                               │
       # Lo│  A call with Parrot is up. Hang up and quit?  │
       ◐ Am│                                               │
       ○ Be│  y hang up and quit   Esc stay                │
           ╰───────────────────────────────────────────────╯




      ────────────────────────────────────────────────────────────
       y hang up and quit  Esc stay
      """#),
    Shot(
      "devices", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
       ● Parrot active 00:41  listening
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ╭─ Sound devices ────────────────────────────────────────╮
       │  Microphone       ▇▇▅▄▂▅▇▄   Speaker          ▆▅▄▂▁▄▅▂ │
       │ ▸● default                   ● default                 │
       │    pulse                       pulse                   │
       │    hw:CARD=USB,DEV=0           hdmi:CARD=NVidia,DEV=0  │
       │    silence                     null                    │
       ╰────────────────────────────────────────────────────────╯



      ────────────────────────────────────────────────────────────
       Enter take  Tab mic, speaker, ringer  Esc close  ? help
      """#),
    Shot(
      "note", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
       ● Parrot active 00:41  listening
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ╭─ Note on the call with Parrot ─────────────────────────╮
       │ calls back on Monday                                   │
       ╰────────────────────────────────────────────────────────╯
       ○ Bernd         offline





      ────────────────────────────────────────────────────────────
       Enter keep the note  Esc leave it  F1 help
      """#),
    Shot(
      "history", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
      ── 1 ── 2 ━━ 3 History · 1 missed ━━ 4 ─────────────────────
       ↙ Operator              12:38      0:21  4.4  exchange
      ▸✗ Amina Okafor          12:02    missed       exchange
       ↗ Echo                  11:58      1:02  4.3  headset test
       ↗ Parrot               19 Nov   1:02:05  3.9  exchange
       ✗ Bernd                17 Nov  no reply       exchange
       ✗ Bernd                Sep 25      busy       exchange






      ────────────────────────────────────────────────────────────
       Enter call back  / filter  n note  : more  ? help
      """#),
    Shot(
      "message", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       # Lobby         room 2
       ◐ Amina Okafor  away
       ○ Bernd         offline






      ── No call is up. ──────────────────────────────────────────
       Enter call  / filter  Tab next pane  : more  ? help
      """#),
    Shot(
      "hostile", Size(rows: 16, columns: 60),
      #"""
       tipring  ● y ou · exchange online         1 missed   12:41
       ┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:05 ━┓
      ━┃                                                        ┃─
      ▸┃  ◉ ]0;owned [2Jevil                                    ┃
       ┃    á [31má [31má [31má [31má [31má [31má [31má [31má … ┃
       ┃    audio · exchange · BotServer                        ┃
       ┃                                                        ┃
       ┃  line one line two                                     ┃
       ┃  2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  ┃
       ┃  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  ┃
       ┃                                                        ┃
       ┃  a accept   d decline   D with reason   i silence      ┃
       ┃                                                        ┃
       ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ────────────────────────────────────────────────────────────
       a accept  d decline  D with reason  : more  ? help
      """#),
    Shot(
      "wide", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▁▁▁▁▁   12:41
       ● 鈴木 一郎 📞 active 00:19  listening
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● 鈴木 一郎 (東京オフィス)  repeats you
       ● José é🇩🇪                  voice bot
       ● 한국어 이름               calls you
       # Lobby                     room 2
       ◐ Amina Okafor              away
       ○ Bernd                     offline





      ────────────────────────────────────────────────────────────
       Enter call  m mute  h hold  x hang up  : more  ? help
      """#),
    Shot(
      "ascii", Size(rows: 16, columns: 60),
      #"""
       * you - exchange online       1 missed   mic -.=*-   12:41
       * Parrot active 00:41  listening
      == 1 Contacts == 2 Call -- 3 History -- 4 Statistics -------
      >* Zoe Lacka     repeats you
       * Parrot        voice bot
       * Operator      calls you
       # Lobby         room 2
       ~ Amina Okafor  away
       o Bernd         offline





      ------------------------------------------------------------
       Enter call  m mute  h hold  x hang up  : more  ? help
      """#),
    Shot(
      "firstRun", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online                     12:41
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       # Lobby         room 2
       ◐ Amina Okafor  away
       ○ Bernd         offline






      ────────────────────────────────────────────────────────────
       Enter call  / filter  Tab next pane  : more  ? help
      """#),
    Shot(
      "signingIn", Size(rows: 16, columns: 60),
      #"""
       tipring  ◌ you · exchange signing in                 12:41
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
       Signing in to exchange…











      ────────────────────────────────────────────────────────────
       Tab next pane  q quit  : more  ? help
      """#),
    Shot(
      "trouble", Size(rows: 16, columns: 60),
      #"""
       ◌ exchange  ✗ zulip           INSECURE    1 missed   12:41
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you · exchange
       ● Parrot        voice bot · exchange
       ● Operator      calls you · exchange
       # Lobby         room 2 · exchange
       ◐ Amina Okafor  away · exchange
       ○ Bernd         offline · exchange



      ╭───────────────────────────────────────────────────────╮
      │  ✗ zulip does not let you in: the password is wrong;  │
      │    see password-command                               │
      ╰───────────────────────────────────────────────────────╯───
       Enter call  / filter  Tab next pane  : more  ? help
      """#),
    Shot(
      "recording", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▄▂▅▇▄   12:41
      ── Contacts ━━ Call ━━ History ── Statistics ─── Tab panes ─
       ● Operator  exchange              active   00:41   MOS 4.4
       mic ▁▁▁▁▁▃▄▆▇▇▅▄▂▅▇▄   ear ▁▁▁▁▁▂▃▅▆▅▄▂▁▄▅▂   ● REC

       note     asked for a callback







       recording to …ng/recordings/2026-11-20-124110-operator.wav
      ────────────────────────────────────────────────────────────
       m mute  h hold  x hang up  0-9 tones  : more  ? help
      """#),
    Shot(
      "ended", Size(rows: 16, columns: 60),
      #"""
       tipring  ● you · exchange online          1 missed   12:41
       ■ Bernd declined: in a meeting until three
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       # Lobby         room 2
       ◐ Amina Okafor  away
       ○ Bernd         offline





      ────────────────────────────────────────────────────────────
       Enter call  / filter  Tab next pane  : more  ? help
      """#),
    Shot(
      "outgoing", Size(rows: 16, columns: 60),
      #"""
       ● you · exchange online       1 missed   mic ▁▁▁▁▁   12:41
       ◌ Bernd ringing there 00:20
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       # Lobby         room 2
       ◐ Amina Okafor  away
       ○ Bernd         offline





      ────────────────────────────────────────────────────────────
       Enter call  m mute  x hang up  v devices  : more  ? help
      """#),
    Shot(
      "conference", Size(rows: 16, columns: 60),
      #"""
       ● exchange  ● chat  ● nx  ●…  1 missed   mic ▄▂▅▇▄   12:41
       ● Standup active 00:41
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸● Echo        repeats you · exchange
       # Lobby       room 2 · exchange
       ● Ann Larsen  online · chat
       # Standup     room 3 · chat
       ● Ben Okri    online · nx
       ● Sales       bot · bots





      ────────────────────────────────────────────────────────────
       Enter call  m mute  h hold  x hang up  : more  ? help
      """#),
    Shot(
      "fourSystems", Size(rows: 16, columns: 60),
      #"""
       ● exchange  ● chat  ● nx  ●…  1 missed   mic ▄▂▅▇▄   12:41
       ◉ Ben Okri rings 0:14
      ━━ 1 Contacts ━━ 2 Call ── 3 History ── 4 Statistics ───────
      ▸┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:14 ━┓
       ┃                                                        ┃
       ┃  ◉ Ben Okri                                            ┃
       ┃    +4930654321                                         ┃
       ┃    audio · nx · Nexacon                                ┃
       ┃                                                        ┃
       ┃  a accept   d decline   D with reason   i silence      ┃
       ┃                                                        ┃
       ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛


      ────────────────────────────────────────────────────────────
       a accept  d decline  D with reason  : more  ? help
      """#),
  ]
}
