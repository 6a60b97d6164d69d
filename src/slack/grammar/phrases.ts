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
  watch: `watch | follow | track | monitor | observe | keep an eye on | keep track of | beobachte | beobachten | beobachtest
    | uberwache | uberwachen | verfolge | verfolgen | surveille | surveiller | surveillez | suivre | vigila | vigilar
    | vigilas | monitorea | monitorear | seguir | sigue | acompanhe | acompanhar | acompanha | monitore | monitorar
    | vigiar | im auge behalten | need to know when | want to know when | like to know when`,
  unwatch: `unwatch | unfollow | untrack | unmonitor | ne surveille plus | ne surveillez plus
    | stop the watch on | stop the watch of | end the watch on | end the watch of | remove the watch on`,
  subscribe: `subscribe | sub | abonniere | abonnieren | abonne | abonner | suscribe | suscribir | suscribete | assine
    | assinar | inscreva`,
  unsubscribe: `unsubscribe | unsub | stop subscribing | abbestellen | desabonner | desabonne | cancelar la suscripcion
    | cancelar a assinatura | end the subscription to | end the subscription of | cancel the subscription to
    | cancela la suscripcion a | cancela la suscripcion de | cancele a assinatura de | cancela a assinatura de`,
  list: `list | ls | watches | subscriptions | what am i subscribed to | what am i watching | what do i watch
    | was wird beobachtet | was beobachtest du | was beobachten wir | que surveilles tu | que surveille t on | que surveillez vous
    | que estas vigilando | que vigilas | que se vigila | o que voce esta acompanhando | o que estamos acompanhando | list what you watch | list everything you watch | show what you watch | show everything you watch
    | what do we watch | what do we have | what do you have | what do you watch | what are you watching | what are we watching | what is watched | whats watched
    | what is being watched | whats being watched | what is subscribed | what are we subscribed to | liste | lista
    | auflisten | whats on the list | what is on the list | which images are watched | which images do you watch
    | which images are you watching | which images do we watch | welche bilder beobachtest du`,
  scan: `scan | rescan | re-scan | start the registry scan | start registry scan | start a registry scan | run the registry scan
    | trigger the registry scan | begin the registry scan | start the full scan | start a full scan | run a full scan
    | start scanning | begin scanning | scanne | scannen
    | scanner | escanea | escanear | escaneie | escanee | escanees`,
  stop: `stop | stopp | arrete | detener | pare`,
  history: `history | histories | last scans | previous scans | past scans | last scanned | last scan of | when was the last scan | verlauf | historique | historial | historico`,
  settings: `settings | setting | config | configuration | configure | preferences | einstellungen | reglages | parametres
    | ajustes | configuracion | configuracoes | threshold | notifications | weekly digest | turn on the digest
    | turn off the digest | benachrichtigungen`,
  help: `help | usage | commands | manual | man | hilfe | aide | ayuda | ajuda | what can you do | what do you do
    | who are you | what are you | what is this | how does this work | how do you work | how does it work
    | what can i do | what can i type | what can i ask | was kannst du | wie funktioniert das | wie funktionierst du
    | comment ca marche | comment ca fonctionne | que sais tu faire | que peux tu faire | como funciona
    | que puedes hacer | que sabes hacer | o que voce faz | o que voce pode fazer`,
  status: `status | state | progress | stats | show | display | check | verificar | verifica | verifie | verifier | prufe
    | prufen | comprueba | comprobar | zeig | zeige | montre | affiche | muestra
    | muestrame | mostre | mostra | stand | zustand | fortschritt | statut | etat | estado
    | progreso | progresso | situacao`,
};

/** "Tell me when it is done" is a watch. */
const NOTIFY = `tell | let | ping | tag | notify | alert | warn | inform | remind | message | dm | call | update`;
const WHOM = `me | us | here | this channel | the channel | everyone`;
const WHEN = `when | once | as soon as | after`;
const NOTIFY_ELSEWHERE = `notify me about | notify us about | notify me of | notify me on | alert me about | alert us about
  | alert me on | ping me about | update me on | update us on | keep me posted on | keep me posted about
  | keep us posted on | keep us posted about | keep me updated on | keep me updated about | keep us updated on
  | keep me in the loop on | lmk when | lmk once | lmk if | sag mir bescheid wenn | sag uns bescheid wenn | sag bescheid wenn | sage mir bescheid wenn
  | sag mir bescheid sobald | sag bescheid sobald | sag mir wenn | sag mir sobald | melde dich wenn | melde dich sobald
  | gib bescheid wenn | gib mir bescheid wenn | benachrichtige mich wenn | benachrichtige mich sobald
  | benachrichtige uns wenn | informiere mich wenn | previens moi quand | previens nous quand | previens moi des que
  | previenez moi quand | prevenez moi quand | avertis moi quand | dis moi quand | dites moi quand | avisame cuando
  | avisanos cuando | avisa cuando | avisa me cuando | avisar cuando | dime cuando | notificame cuando | me avisa quando
  | me avise quando | avisa me quando | avise me quando | nos avise quando | avisa quando | me diga quando
  | me notifique quando | bescheid sagen wenn | bescheid sagen sobald | bescheid geben wenn | bescheid geben sobald
  | benachrichtigen wenn | benachrichtigen sobald | me prevenir quand | nous prevenir quand | mavertir quand
  | me dire quand | avisarme cuando | avisarnos cuando | me avisar quando | nos avisar quando | say when | say so when | shout when | let me know if | tell me if`;

function list(text: string): readonly string[] {
  return text.split('|').map((phrase) => phrase.trim().replaceAll(/\s+/g, ' '));
}

function notifyPhrases(): readonly string[] {
  const whom = list(WHOM).flatMap((who) => list(WHEN).map((when) => `${who} ${when}`));
  return list(NOTIFY).flatMap((verb) =>
    whom.flatMap((rest) => [
      `${verb} ${rest}`,
      `${verb} ${rest.replace(/^(\S+|\S+ \S+) (?=when|once|as|after)/, '$1 know ')}`,
    ]),
  );
}

/** Every beginning with every end. */
function pairs(beginnings: string, ends: string): readonly string[] {
  return list(beginnings).flatMap((beginning) => list(ends).map((end) => `${beginning} ${end}`));
}

/** For every scan, not for the next one. */
const WHENEVER = 'whenever | every time | each time';

const WATCHING = 'watching | following | tracking | monitoring | observing';
const ENDING = 'stop | end | cancel | remove | clear | delete';
const A_SCAN = 'a scan | the scan | scan | a new scan | another scan | a fresh scan';

/** What people say for a verb in two parts. */
const COMPOSED: readonly (readonly [Verb, readonly string[]])[] = [
  ['watch', pairs('keep | start | begin | continue | mind', WATCHING)],
  [
    'subscribe',
    [
      ...notifyPhrases().map((phrase) => `always ${phrase}`),
      ...pairs(NOTIFY, pairs(WHOM, WHENEVER).join(' | ')),
      ...pairs(
        pairs(NOTIFY, WHOM).join(' | '),
        'about every scan of | of every scan of | about all scans of | of all scans of',
      ),
    ],
  ],
  [
    'stop',
    [
      ...pairs(
        'stop | cancel | abort | kill | halt | end | terminate',
        'scan | scanning | the scan | the registry scan | registry scan | the full scan',
      ),
      ...pairs('stopp | stoppe | beende', 'scan | den scan | den registry scan'),
      ...pairs('arrete | arreter | arretez | stoppe', 'scan | le scan'),
      ...pairs('para | deten | detiene | detener | cancela', 'el escaneo | el scan'),
      ...pairs('pare | para | parar | cancele', 'o scan | o escaneamento'),
    ],
  ],
  ['unsubscribe', pairs(ENDING, 'all subscriptions | all my subscriptions | all the subscriptions')],
  [
    'unwatch',
    [
      ...pairs('stop | quit | cease', WATCHING),
      ...pairs(ENDING, 'all watches | all my watches | all the watches'),
      ...pairs('nicht mehr', 'beobachten | uberwachen | verfolgen'),
      ...pairs('arrete de | arreter de | arretez de | cesse de', 'surveiller | suivre'),
      ...pairs('deja de | dejar de | para de', 'vigilar | seguir | monitorear | monitorizar'),
      ...pairs('pare de | para de | parar de', 'acompanhar | monitorar | vigiar | seguir | observar'),
    ],
  ],
  [
    'scan',
    [
      ...pairs(
        'start | begin | run | trigger | launch | kick off',
        `${A_SCAN} | ${ofEach(A_SCAN, 'of | for | on')}`,
      ),
      ...pairs('starte | starten', ofEach('einen scan | den scan | scan | einen neuen scan', 'von | fur')),
      ...pairs(
        'lance | lancer | lancez | relance | relancer | relancez | demarre',
        ofEach('un scan | le scan | une analyse', 'de | sur | pour'),
      ),
      ...pairs(
        'inicia | iniciar | lanza | ejecuta',
        ofEach('un escaneo | el escaneo | un scan', 'de | para'),
      ),
      ...pairs(
        'inicie | inicia | iniciar | rode',
        ofEach('um scan | o scan | uma varredura', 'de | em | para'),
      ),
    ],
  ],
];

function ofEach(nouns: string, prepositions: string): string {
  return pairs(nouns, prepositions).join(' | ');
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
    ...[...notifyPhrases(), ...list(NOTIFY_ELSEWHERE)].map((phrase) => ['watch', phrase] as const),
    ...COMPOSED.flatMap(([verb, phrases]) => phrases.map((phrase) => [verb, phrase] as const)),
  ]
    .map(([verb, phrase]) => ({ verb, words: phrase.split(' ') }))
    .toSorted((a, b) => b.words.length - a.words.length),
  ({ words }) => words[0] ?? '',
);
