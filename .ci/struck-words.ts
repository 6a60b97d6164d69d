/**
 * Private words of this project, each with the standard term to use instead. Add one when a review finds it.
 * `word` is a regular expression, matched without case between word boundaries; a name is split first
 * (`nextLookAt` → `next Look At`). A word with an ordinary meaning as well is listed in its private sense only.
 */

export interface StruckWord {
  readonly word: string;
  readonly use: string;
}

/** In names, comments and log lines. */
export const STRUCK_EVERYWHERE: readonly StruckWord[] = [
  { word: 'hearts?', use: 'what it does' },
  { word: 'bells?', use: 'signal' },
  { word: '(un)?told', use: 'notified, posted, reported' },
  { word: 'doubts?|doubtful', use: 'ambiguous' },
  { word: 'standings?', use: 'status, SubscriptionInfo' },
  { word: 'standstills?', use: 'stall' },
  { word: 'hasten(s|ed)?', use: 'raise the priority' },
  { word: 'overtaken?', use: 'stale, superseded' },
  { word: 'stray(s|ed)?', use: 'expired, dated in the future' },
  { word: 'whispers?', use: 'ephemeral message' },
  { word: 'regain(s|ed)?', use: 'renew' },
  { word: 'resting|rested', use: 'paused, idle' },
  { word: 'sent away', use: 'cancelled' },
  { word: 'lanes?', use: 'pools' },
  { word: 'absences', use: 'missed lookups' },
];

/** In comments and log lines. */
export const STRUCK_IN_PROSE: readonly StruckWord[] = [
  { word: '(a|one|each|every|the|this|same|failed) readings?', use: 'poll, observation, parsing' },
  {
    word: 'look(s|ed|ing)? (at|for|whether|again)|(a|one|every|each|this|the( \\w+)?) look',
    use: 'check, lookup, poll',
  },
  { word: 'answer(s|ed|ing)?|unanswered', use: 'response, reply, result' },
  { word: 'ask(s|ed|ing)?', use: 'request, call, poll' },
  { word: 'garbled', use: 'malformed' },
  { word: 'folded', use: 'moved to the board' },
  { word: 'not begun', use: 'not started' },
  { word: 'unclear', use: 'ambiguous, unconfirmed' },
  { word: 'by (it|them)sel(f|ves)', use: 'automatically, or nothing' },
  { word: 'so (many|few)', use: 'the number' },
  { word: 'whoever|whomever', use: 'the user, the caller' },
  { word: 'nobody', use: 'no user, no process' },
  { word: 'what is due', use: 'due rows' },
  { word: 'lest', use: 'otherwise, so that … not' },
  { word: 'in vain', use: 'fails, without a result' },
  { word: 'at once', use: 'immediately, concurrently' },
  { word: '(stands?|stood) still', use: 'stalls' },
  { word: 'comes? twice', use: 'repeats' },
  { word: 'mend(s|ed|ing)?', use: 'fix' },
  { word: 'anew', use: 'again' },
  { word: 'vanish(es|ed)?', use: 'disappear' },
  { word: 'rests', use: 'is paused, is idle' },
  { word: 'patience', use: 'timeout' },
  { word: 'budgets?', use: 'rate limit' },
  { word: 'slots?', use: 'permit' },
  { word: 'pace', use: 'poll spacing, ETA' },
  { word: '(re)?drawn?|(re)?draws', use: 'render, generate' },
  { word: 'news', use: 'new result' },
  { word: 'crowded', use: 'rate limited, too many' },
  { word: 'dialogs?', use: 'modal' },
  { word: '(that|this|the same|exactly this|another|each|one|a) place', use: 'conversation' },
  { word: 'regular scans?|the regular', use: 'registry scan' },
];

/** In names. */
export const STRUCK_IN_NAMES: readonly StruckWord[] = [
  { word: '(next|due|take|last) looks?( at)?', use: 'results check' },
  { word: 'place gone', use: 'channel unavailable' },
];

/** In names in src. Stored keys have them: `answeredAt`, `emptyAnswers`. */
export const STRUCK_IN_SOURCE_NAMES: readonly StruckWord[] = [
  { word: 'answer|answering|answered(?! at)', use: 'response, reply, result' },
  { word: 'ask(s|ing)?|asked(?! ms)', use: 'request, call, check' },
  { word: 'dialogs?', use: 'modal' },
  { word: 'patience', use: 'limit' },
  { word: 'news', use: 'new result' },
  { word: 'crowded', use: 'rate limited, too many' },
  { word: 'vanish(es|ed)?', use: 'disappear' },
  { word: 'anew', use: 'again, restarted' },
  { word: '(re)?draw(n|s)?', use: 'render' },
  { word: 'look(?! up)', use: 'results check, lookup' },
  { word: 'turn(ed)? away|send away', use: 'deny, cancel' },
  { word: 'fold(s|ed)?', use: 'move to the board' },
  { word: 'mend(s|ed|able)?', use: 'fix' },
  { word: 'exchanges?', use: 'request, dispatch' },
  { word: 'unsaid|(is|was) said|said (at|by)', use: 'sent, suppressed' },
  { word: 'unread', use: 'unparsed, unreadable' },
  { word: 'held back', use: 'withheld' },
  { word: 'place[ds]?(?! (on|holder))', use: 'conversation, location, line' },
  { word: 'refus(e|als?)|(is|was) refused', use: 'reject, deny' },
  { word: 'in vain|vain|haste|goodness', use: 'what it does' },
  { word: 'circumstances', use: 'options' },
  { word: 'give back|gives back', use: 'release' },
  { word: 'started over', use: 'restart' },
  { word: 'unformat(ted)?', use: 'plain text' },
  { word: 'after scan(?! number)', use: 'after scan number' },
];
