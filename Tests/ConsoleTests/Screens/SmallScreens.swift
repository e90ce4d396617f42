import Cells

/// What the situations look like at next to nothing: five lines, and one.
enum SmallScreens {
  static let all: [Shot] = [
    Shot(
      "idle", Size(rows: 5, columns: 40),
      #"""
      tipring ● exchange  1 missed
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       Enter call  / filter  : more  ? help
      """#),
    Shot(
      "ringing", Size(rows: 5, columns: 40),
      #"""
      ◉ Amina Okafor rings 0:07
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       a accept  d decline  : more  ? help
      """#),
    Shot(
      "ringingWhileTyping", Size(rows: 5, columns: 40),
      #"""
      :ami  → Call A ◉ Amina Okafor rings 0:07
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       F2 accept  F3 decline  F1 help
      """#),
    Shot(
      "active", Size(rows: 5, columns: 40),
      #"""
      ● Parrot active 00:41  listening
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       x hang up  m mute  : more  ? help
      """#),
    Shot(
      "muted", Size(rows: 5, columns: 40),
      #"""
       ● Parrot      active   00:41   MOS 4.4
        MUTED · m unmutes    ear ▅▄▂▁▄▅▂
       Parrot  What is the weather like? I
               only re▌
       x hang up  m unmute  : more  ? help
      """#),
    Shot(
      "heldAndWaiting", Size(rows: 5, columns: 40),
      #"""
      ◉ Bernd rings 0:24
       mic ▇▅▄▂▅▇▄   ear ▅▄▂▁▄▅▂
      ▸‖ Amina Okafor  exchange  held   00:41
       ◉ Bernd  exchange        rings   00:24
       a accept  d decline  : more  ? help
      """#),
    Shot(
      "palette", Size(rows: 5, columns: 40),
      #"""
      :ho  → Hold or resume the call
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       Enter take  Esc close  ↓ down  F1 help
      """#),
    Shot(
      "quit", Size(rows: 5, columns: 40),
      #"""
      A call with Parrot is up. Hang up and q…
      ▸● Echo          repeats you
       ● Parrot        voice bot
       ● Operator      calls you
       y hang up and quit  Esc stay
      """#),
    Shot(
      "hostile", Size(rows: 5, columns: 40),
      #"""
      ◉ ]0;owned [2Jevil rings 0:05
      ▸● W [HW [HW [HW [HW…  repeats you
       ● parrot              voice bot
       ● Operator            calls you
       a accept  d decline  : more  ? help
      """#),
    Shot(
      "idle", Size(rows: 1, columns: 80),
      #"""
      tipring ● exchange  1 missed   Enter call  / filter  : more  ? help
      """#),
    Shot(
      "ringing", Size(rows: 1, columns: 80),
      #"""
      ◉ Amina Okafor rings 0:07   a accept  d decline  D with reason  : more  ? help
      """#),
    Shot(
      "ringingWhileTyping", Size(rows: 1, columns: 80),
      #"""
      :ami  → Call Amina Okafor     ◉ Amina Okafor rings 0:07   F2 accept   F3 decline
      """#),
    Shot(
      "active", Size(rows: 1, columns: 80),
      #"""
      ● Parrot active 00:41  listening   x hang up  m mute  h hold  : more  ? help
      """#),
    Shot(
      "muted", Size(rows: 1, columns: 80),
      #"""
      ● Parrot active 00:41 MUTED  listening   x hang up  m unmute  : more  ? help
      """#),
    Shot(
      "heldAndWaiting", Size(rows: 1, columns: 80),
      #"""
      ◉ Bernd rings 0:24   a accept  d decline  D with reason  : more  ? help
      """#),
    Shot(
      "palette", Size(rows: 1, columns: 80),
      #"""
      :ho  → Hold or resume the call
      """#),
    Shot(
      "quit", Size(rows: 1, columns: 80),
      #"""
      A call with Parrot is up. Hang up and quit?  y or n
      """#),
    Shot(
      "hostile", Size(rows: 1, columns: 80),
      #"""
      ◉ ]0;owned [2Jevil rings 0:05   a accept  d decline  : more  ? help
      """#),
  ]
}
