/** Words behind `scan` that say how it is, or what is wanted with it: "scan aborted", "Scan fortsetzen". */

/** As an image it must be known, or be named with its tag. `text` in the spelling of tokens. */
export function isStateOrWish(text: string): boolean {
  return STATES_AND_WISHES.has(text) || (PARTICIPLE.test(text) && text !== 'memcached');
}

/** Of English and Spanish, and of German words that end in -ieren. */
const PARTICIPLE = /^(?:[a-z]{3,}[^e]ed|[a-z]{4,}iert|[a-z]{4,}[ai]d[ao]s?)$/;

const STATES_AND_WISHES: ReadonlySet<string> = new Set(
  `
    crash timeout stalls looping pending idle down queue hung frozen stuck kaputt wartet klemmt relancer casse plante
    fige suspendu roto
    gestoppt gestartet gecrasht gescheitert gehangt geplant gestrichen gebrochen gelaufen geblieben hangengeblieben
    hangen eingefroren abgebrochen unterbrochen abgelaufen ausgefallen vergessen verschoben ubersprungen
    planen starten neustarten anstossen ausfuhren durchfuhren stoppen anhalten abbrechen beenden loschen pausieren
    unterbrechen fortsetzen weitermachen wiederholen verschieben uberspringen anzeigen zeigen ansehen anschauen prufen
  `
    .trim()
    .split(/\s+/),
);
