# Completion of tipring's command line for bash.

_tipring_contacts() {
  # Names are asked from the phone's own history, which needs no server, and must not take long.
  timeout 1 tipring history --json --limit 100 2> /dev/null |
    sed -n 's/.*"party":"\([^"\\]*\)".*/\1/p' | sort -u
}

_tipring_devices() {
  timeout 1 tipring devices --json 2> /dev/null |
    sed -n "s/.*\"$1\":true.*\"name\":\"\([^\"\\\\]*\)\".*/\1/p"
}

_tipring_accounts() {
  timeout 1 tipring accounts --json 2> /dev/null | sed -n 's/.*"name":"\([^"\\]*\)".*/\1/p'
}

_tipring() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= sub= part
  local -a parts=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
  for part in "${parts[@]}"; do
    case $part in
      call | answer | serve | accounts | contacts | history | devices | doctor | bench | rooms | calls | \
        analytics | callurl | buzzi)
        if [ -z "$command" ]; then command=$part; elif [ "$command" = buzzi ]; then sub+="${sub:+ }$part"; fi ;;
      bot | set) [ "$command" != buzzi ] || sub+="${sub:+ }$part" ;;
      adduser | test | create | show | participants | leave | admit | record | recordings | download | \
        transcribe | transcript) [ -z "$command" ] || sub=$part ;;
      add | remove)
        if [ "$command" = buzzi ]; then sub+="${sub:+ }$part"; elif [ -n "$command" ]; then sub=$part; fi ;;
    esac
  done
  # Bash hands over an option, its “=” and the value as three words.
  if [ "$word" = "=" ]; then word=; elif [ "$previous" = "=" ]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi

  local words=
  case $previous in
    --account) words=$(_tipring_accounts) ;;
    --capture) words=$(_tipring_devices canCapture; printf '%s\n' silence tone:440 file:) ;;
    --playback) words=$(_tipring_devices canPlay; printf '%s\n' null file:) ;;
    --latency) words=$'low\nnormal\nrobust' ;;
    --fec) words=$'on\noff' ;;
    --system) words=$'botserver\nzulip\nnexacon\nbuzzi\njitsi' ;;
    --names) words=$'w3c\nnx' ;;
    --format) words=$'json\ntxt\nvtt\nsrt' ;;
    --type) words=$'audio\nvideo\np2p\ngroup' ;;
    --data) compopt -o dirnames; return ;;
    --output | --script | --room-password-file | --record | --ca-file | --tls-certificate | --tls-key | --password-file | \
      --trace | --speech)
      compopt -o default; return ;;
    --exchange | --as | --duration | --stats | --listen | --limit | --runs | --seats | --server | \
      --user | --password-command | --from | --to | --status | --with | --page | --page-size | \
      --days | --language) return ;;
    --password-env) words=$(compgen -e) ;;
    *) words=$(_tipring_words) ;;
  esac

  # Not by compgen -W, which would run what a caller's name says in $(…).
  local candidate quoted
  COMPREPLY=()
  while IFS= read -r candidate; do
    quoted=$(printf '%q' "$candidate")
    [[ -z $candidate || ($candidate != "$word"* && $quoted != "$word"*) ]] || COMPREPLY+=("$quoted")
  done <<< "$words"
  [[ ${COMPREPLY[0]-} != *: ]] || compopt -o nospace
}

# The commands, operands and options that can stand here. Uses word, command and sub of _tipring.
_tipring_words() {
  local server='--account --exchange --as --ca-file --insecure'
  local sound='--capture --loop --playback --record --no-processing --latency'
  local report='--duration --json --stats --names' rule='--auto --decline --once' options= operands=
  case $command${sub:+ $sub} in
    '')
      options="$server $sound $report $rule --plain --script --version"
      operands='call answer serve accounts contacts history rooms calls analytics callurl buzzi devices doctor bench' ;;
    call) options="$server $sound $report"; operands='Echo Parrot Operator' ;;
    answer) options="$rule $server $sound $report" ;;
    serve)
      options='--listen --data --guests --no-guests --tls-certificate --tls-key --json'
      operands=adduser ;;
    'serve adduser') options=--data ;;
    accounts) options=--json; operands='add test remove' ;;
    'accounts add')
      options='--system --server --user --password-command --password-file --password-env' ;;
    'accounts test') options='--ca-file --insecure' ;;
    contacts) options="$server --json" ;;
    history)
      options='--account --missed --limit --json --from --to --status --type --with --page'
      options+=' --page-size --ca-file --insecure' ;;
    rooms) options="$server --json"; operands='create show participants leave remove admit' ;;
    'rooms create')
      options="$server --json --limit --temporary --no-recording --transcribe --waiting-room"
      options+=' --room-password-file' ;;
    'rooms admit') options="$server --json --refuse" ;;
    'rooms '*) options="$server --json" ;;
    calls) operands='record recordings download transcribe transcript' ;;
    'calls record') options="$server --json"; operands='start stop' ;;
    'calls download') options="$server --output" ;;
    'calls transcribe') options="$server --json --language" ;;
    'calls transcript') options="$server --format --output" ;;
    'calls '*) options="$server --json" ;;
    analytics | 'buzzi analytics') options="$server --json --days" ;;
    callurl) options="$server --json --video" ;;
    buzzi) operands='analytics accounts bot' ;;
    'buzzi accounts') options="$server --json"; operands='add set remove' ;;
    'buzzi bot') operands=set ;;
    'buzzi '*) options="$server --json" ;;
    devices) options=--json ;;
    doctor)
      options='--account --ca-file --insecure --capture --playback --latency --silent --json' ;;
    bench) options='--runs --seats --json --trace --speech --output --fec --red --red-distance --minutes --capture --playback --latency'
      operands='start cost setup loopback load rooms network devices unplug jitter echo' ;;
  esac
  if [[ $word == -* ]]; then
    printf '%s\n' ${options// /$'\n'} --help
    return
  fi
  printf '%s\n' ${operands// /$'\n'}
  case $command${sub:+ $sub} in
    call | callurl) _tipring_contacts ;;
    'accounts test' | 'accounts remove') _tipring_accounts ;;
  esac
}

complete -F _tipring tipring
