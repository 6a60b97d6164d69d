/** What people type for a command, in English, German, French, Spanish and Portuguese: without accents and apostrophes. */

/** What a verb means. `unwatch` and similar are commands; `status` is a question about progress. */
export type Verb =
  | 'watch'
  | 'unwatch'
  | 'subscribe'
  | 'unsubscribe'
  | 'list'
  | 'scan'
  | 'stop'
  | 'history'
  | 'settings'
  | 'help'
  | 'status';

/** Each is one verb; phrases of several words match first. */
const PHRASES: Readonly<Record<Verb, string>> = {
  watch: `watch | follow | track | monitor | observe | keep an eye on | keep track of | beobachte | beobachten
    | uberwache | uberwachen | verfolge | verfolgen | surveille | surveiller | surveillez | suivre | vigila | vigilar
    | que vigiles | que monitorees | que tu surveilles | monitorea | monitorear | seguir | sigue | acompanhe | acompanhar | acompanha | monitore | monitorar
    | vigiar | im auge behalten | im blick behalten`,
  unwatch: `unwatch | unfollow | untrack | unmonitor | ne surveille plus | ne surveillez plus | ne suis plus
    | ne suivez plus | nicht mehr beobachten | nicht mehr verfolgen | no vigiles mas | no sigas mas | ya no vigiles
    | ya no sigas | nao acompanhe mais | nao monitore mais`,
  subscribe: `subscribe | sub | sign us up for | sign me up for | sign this channel up for | abonniere | abonnieren | abonne | abonner | suscribe | suscribir | suscribete | assine
    | assinar | inscreva`,
  unsubscribe: `unsubscribe | unsub | stop subscribing | abbestellen | desabonner | desabonne`,
  list: `list | ls | watches | subscriptions | subs | abos | abonnements | suscripciones | assinaturas | beobachtungen
    | surveillances | liste | lista
    | auflisten | whats on the list | what is on the list | what do we have | what do you have`,
  scan: `scan | rescan | re-scan | start scanning | begin scanning | scanne | scannen
    | scanner | escanea | escanear | vuelve a escanear | volver a escanear | volte a escanear | escaneie | escanee | escanees`,
  stop: `stop | stopp | beende | beenden | arrete | arreter | arretez | detener
    | detente | basta | pare | parar`,
  history: `history | histories | last scans | previous scans | past scans | last scanned | last scan of | when was the last scan | verlauf | historique | historial | historico`,
  settings: `settings | setting | config | configuration | configure | preferences | einstellungen | reglages | parametres
    | ajustes | configuracion | configuracoes | threshold | notifications | weekly digest | turn on the digest
    | turn off the digest | benachrichtigungen`,
  help: `help | usage | commands | manual | man | hilfe | aide | ayuda | ajuda | a propos | what can you do | what do you do
    | who are you | what are you | what is this | how does this work | how do you work | how does it work
    | what can i do | what can i type | what can i ask | was kannst du | wie funktioniert das | wie funktionierst du
    | comment ca marche | comment ca fonctionne | que sais tu faire | que peux tu faire | como funciona
    | que puedes hacer | que sabes hacer | o que voce faz | o que voce pode fazer`,
  status: `status | refresh | summary | overview | state | progress | stats | show | display | check | verificar | verifica | verifie | verifier | prufe
    | prufen | comprueba | comprobar | zeig | zeige | montre | affiche | muestra
    | muestrame | mostre | mostra | stand | zustand | fortschritt | statut | etat | estado
    | progreso | progresso | situacao | ubersicht | zusammenfassung | apercu | resumen | resumo | aktualisieren
    | actualiser | actualizar | atualizar`,
};

function list(text: string): readonly string[] {
  return text.split('|').map((phrase) => phrase.trim().replaceAll(/\s+/g, ' '));
}

interface Phrase {
  readonly verb: Verb;
  readonly words: readonly string[];
}

/** By their first word, the longest first. */
export const PHRASES_BY_WORD: ReadonlyMap<string, readonly Phrase[]> = Map.groupBy(
  [
    ...Object.entries(PHRASES).flatMap(([verb, text]) =>
      list(text).map((phrase) => [verb as Verb, phrase] as const),
    ),
  ]
    .map(([verb, phrase]) => ({ verb, words: phrase.split(' ') }))
    .toSorted((a, b) => b.words.length - a.words.length),
  ({ words }) => words[0] ?? '',
);
