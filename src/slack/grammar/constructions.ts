/**
 * Commands that people say in a sentence of their own: "let us know please as soon as …", "kick off a fresh scan of …",
 * "hör auf … zu beobachten". Kinds of words in an order: as whole phrases each new sentence would be one more.
 */

import type { Verb } from './phrases.ts';

/** The part of a token that counts here. */
interface PlainToken {
  readonly kind: string;
  readonly text?: string;
}

/** Alternatives, the longest first. */
type Kind = readonly (readonly string[])[];

/** Separated by spaces; an underscore joins the words of one alternative. */
function kind(text: string): Kind {
  const alternatives = text.trim().split(/\s+/);
  return alternatives.map((one) => one.split('_')).toSorted((a, b) => b.length - a.length);
}

const POLITE = 'please pls plz kindly bitte svp por_favor';

/** "Avísame" and "post here" say whom. */
const NOTIFY_ME = `
  lmk post_here post_back avisame avisanos dime notificame me_avisa me_avisas me_avise me_avisar nos_avisa nos_avise
  nos_avisar me_diga me_notifique me_notifica sag_bescheid sagt_bescheid gib_bescheid gebt_bescheid`;

const KINDS = {
  notifyMe: kind(NOTIFY_ME),
  notify: kind(`
    ${NOTIFY_ME}
    tell let ping tag notify alert warn inform remind message dm call update report shout say holler buzz nudge
    give drop send hit lemme intimate need_to_know want_to_know like_to_know
    notified informed alerted told pinged reminded warned updated
    sag sage sagt sagst sagen gib gibst gebt geben melde meldet meldest melden benachrichtige benachrichtigst
    benachrichtigt benachrichtigen informiere informierst informieren informiert schreib schreibe bescheid
    previens prevenez prevenir prevenu avertis avertissez avertir averti dis dites dire informez informer notifie
    notifiez notifier
    avisa avisas avisar avisarme avisarnos avisen decirme notifica notificar avise avisem diga diz dizer notifique`),
  /** Whom, and how: "me a shout", "the team know", "mir kurz Bescheid". */
  whom: kind(`
    me us all here this_channel the_channel this_thread the_thread the_team everyone everybody folks know back up out so
    a_shout a_heads_up heads_up a_line a_note a_message a_ping a_buzz an_update word
    @ du ihr tu vous mir uns mich dich dir kurz mal dann hier bescheid sagen geben moi nous te nos ${POLITE}`),
  when: kind(`
    when once after if as_soon_as wenn sobald wann quand lorsque des_que aussitot_que cuando en_cuanto quando assim_que
    logo_que`),
  /** For every scan, not for the next one. */
  whenever: kind(`
    whenever every_time each_time jedes_mal_wenn jedesmal_wenn immer_wenn chaque_fois_que cada_vez_que siempre_que
    sempre_que toda_vez_que about_every_scan_of of_every_scan_of about_all_scans_of of_all_scans_of`),
  always: kind('always immer toujours siempre sempre'),
  atTheEnd: kind('at_the_end afterwards am_ende danach a_la_fin al_final no_final'),
  question: kind(`
    how what where whether wie was wo ob comment ou_en quel quelle como cuanto cual qual quanto`),
  inform: kind('notify alert ping update inform'),
  keep: kind('keep halte haltet garde gardez tiens tenez mantenme mantennos mantenha'),
  posted: kind(`
    posted updated informed in_the_loop up_to_date auf_dem_laufenden au_courant al_tanto informado atualizado`),
  about: kind('on about of regarding with uber zu de sur sobre do da'),
  begin: kind('keep start begin continue mind commence_a empieza_a comece_a'),
  quit: kind(`
    stop quit cease nicht_mehr hor_auf_zu hort_auf_zu arrete_de arreter_de arretez_de cesse_de deja_de dejar_de para_de
    pare_de parar_de`),
  watching: kind(`
    watching following tracking monitoring observing beobachten uberwachen verfolgen surveiller suivre vigilar seguir
    monitorear monitorizar acompanhar monitorar vigiar observar`),
  end: kind('stop end cancel remove clear delete'),
  every: kind('all all_the all_my all_our'),
  watches: kind('watches'),
  subscriptions: kind('subscriptions'),
  start: kind(`
    start begin run rerun re-run trigger retrigger re-trigger launch kick_off fire_off initiate perform
    starte starten startet mach lance lancer lancez relance relancer relancez demarre demarrer demarrez fais
    inicia iniciar lanza lanzar ejecuta ejecutar haz inicie rode rodar faca`),
  want: kind('do need want request'),
  aNew: kind('a an another a_new another_new a_fresh a_full'),
  halt: kind(`
    stop cancel abort kill halt end terminate stopp stoppe stoppen beende arrete arreter arretez annule annuler annulez
    para deten detiene detener cancela cancelar pare parar cancele interrompa`),
  which: kind(`
    a an the another new fresh full complete quick registry regular current running my our your ${POLITE}
    einen den die neuen ein das meine unsere le la mon ma mi minha un une du nouveau nouvelle complet el nuevo nueva otro una o um uma novo nova`),
  scan: kind('scan analyse escaneo analisis escaneamento varredura'),
  scanning: kind('scanning'),
  aWatch: kind(`
    watch monitoring beobachtung uberwachung surveillance suivi vigilancia seguimiento monitoramento acompanhamento`),
  aSubscription: kind('subscription abo abonnement suscripcion assinatura'),
  of: kind('of for on to against von fur vom de del do da du sur pour para em a'),
  noMore: kind(`
    no_more enough stop_sending stop_posting keine keine_weiteren plus_de plus_aucune no_mas no_quiero_mas ningun
    nada_de chega_de sem_mais`),
  updates: kind(`
    updates update messages notifications posts pings news alerts noise nachrichten meldungen benachrichtigungen
    mises_a_jour alertes mensajes notificaciones actualizaciones avisos mensagens notificacoes atualizacoes`),
  longer: kind('mehr please'),
  dontWatch: kind(`
    dont_watch do_not_watch dont_follow do_not_follow dont_track do_not_track dont_monitor do_not_monitor`),
  anyMore: kind('anymore any_more any_longer'),
  stoppen: kind('abbrechen stoppen beenden anhalten'),
  starten: kind('starten anstossen durchfuhren wiederholen'),
  registry: kind('registry registries register registre registro'),
  add: kind('add put include'),
  remove: kind('remove drop take delete'),
  to: kind('to on onto into'),
  from: kind('from off'),
  its: kind('the my our this your'),
  list: kind('list watchlist watch_list watched_list board watches'),
  horAuf: kind('hor_auf hort_auf'),
  zuBeobachten: kind('zu_beobachten zu_uberwachen zu_verfolgen'),
  behalte: kind('behalte behaltet'),
  imAuge: kind('im_auge im_blick'),
} as const;

/** `*`: any number, `?`: at most one, `…`: images may stand here. The first that matches counts. */
const CONSTRUCTIONS: readonly (readonly [Verb, string])[] = [
  ['subscribe', 'always notify whom* when'],
  ['subscribe', 'notify whom* whenever'],
  ['watch', 'notify whom* atTheEnd'],
  ['watch', 'notify whom* when'],
  ['status', 'notify whom* question'],
  ['watch', 'inform whom about'],
  ['watch', 'keep whom posted about?'],
  ['watch', 'begin watching'],
  ['unwatch', 'quit watching'],
  ['unwatch', 'noMore whom* updates longer? about'],
  ['unwatch', 'dontWatch … anyMore'],
  ['unwatch', 'end every watches'],
  ['unsubscribe', 'end every subscriptions'],
  ['stop', 'halt which* scan of? which* registry?'],
  ['stop', 'halt scanning'],
  ['stop', 'which* scan stoppen'],
  ['unwatch', 'halt which* aWatch of?'],
  ['unwatch', 'aWatch of … stoppen'],
  ['unsubscribe', 'halt which* aSubscription of?'],
  ['unsubscribe', 'aSubscription of … stoppen'],
  ['scan', 'start which* scan of?'],
  ['scan', 'want aNew scan of?'],
  ['scan', 'which* scan starten'],
  ['scan', 'scan of … starten'],
  ['watch', 'add … to its? list'],
  ['unwatch', 'remove … from its? list'],
  ['unwatch', 'horAuf … zuBeobachten'],
  ['watch', 'behalte … imAuge'],
];

interface Step {
  readonly kind: Kind;
  readonly least: number;
  readonly most: number;
}

type Steps = readonly Step[];

interface Construction {
  readonly verb: Verb;
  readonly steps: Steps;
  /** It names an end that is waited for. */
  readonly isNotice: boolean;
}

/** "Please tell me, please, when": more words of a kind are no sentence. */
const IN_A_ROW = 6;

function toSteps(text: string): Steps {
  return text.split(' ').map((step) => {
    const most = step.endsWith('*') ? IN_A_ROW : 1;
    return {
      kind: kindNamed(step.replace(/[*?]$/, '')),
      least: /[*?]$/.test(step) ? 0 : 1,
      most,
    };
  });
}

function kindNamed(name: string): Kind {
  const found = Object.entries(KINDS).find(([known]) => known === name);
  if (found === undefined) throw new Error(`no kind of words is called ${name}`);
  return found[1];
}

const PARSED: readonly Construction[] = CONSTRUCTIONS.map(([verb, text]) => ({
  verb,
  steps: toSteps(text.replace(' … ', ' ')),
  isNotice: /when|atTheEnd/.test(text),
}));

/** By their first word. */
const BY_WORD = Map.groupBy(
  PARSED.flatMap((construction) => beginnings(construction.steps).map((word) => ({ word, construction }))),
  ({ word }) => word,
);

function beginnings([first, ...rest]: Steps): readonly string[] {
  if (first === undefined) return [];
  const words = first.kind.flatMap(([word]) => word ?? []);
  return [...new Set([...words, ...(first.least === 0 ? beginnings(rest) : [])])];
}

/** Every word of a construction. */
export const CONSTRUCTION_WORDS: readonly string[] = Object.values(KINDS).flat(2);

export interface FoundConstruction {
  readonly verb: Verb;
  readonly isNotice: boolean;
  /** Number of tokens. */
  readonly length: number;
}

export function constructionAt(tokens: readonly PlainToken[], at: number): FoundConstruction | null {
  for (const { construction } of BY_WORD.get(wordAt(tokens, at)) ?? []) {
    const length = lengthOf(tokens, at, construction.steps);
    if (length > 0) return { verb: construction.verb, isNotice: construction.isNotice, length };
  }
  return null;
}

export function wordAt(tokens: readonly PlainToken[], at: number): string {
  const token = tokens[at];
  if (token?.kind === 'addressee') return '@';
  return token?.kind === 'word' ? (token.text ?? '') : '';
}

/** 0: the tokens are not these. */
function lengthOf(tokens: readonly PlainToken[], at: number, steps: Steps): number {
  let end = at;
  for (const { kind: alternatives, least, most } of steps) {
    let count = 0;
    for (; count < most; count += 1) {
      const found = alternatives.find((words) =>
        words.every((word, index) => wordAt(tokens, end + index) === word),
      );
      if (found === undefined) break;
      end += found.length;
    }
    if (count < least) return 0;
  }
  return end - at;
}

/** The two parts of a construction that has images between them. */
const FRAMES: readonly (readonly [head: Steps, tail: Steps])[] = CONSTRUCTIONS.flatMap(([, text]) => {
  const [head, tail] = text.split(' … ');
  return head === undefined || tail === undefined ? [] : [[toSteps(head), toSteps(tail)] as const];
});

/** With more between its parts they do not belong together. */
const MAX_GAP = 50;

/** "Add alpine:3.16 to the list" as "add to the list alpine:3.16", where it is found as one. */
export function joinFrames<T extends PlainToken>(tokens: readonly T[]): readonly T[] {
  for (const [at] of tokens.entries()) {
    for (const [head, tail] of FRAMES) {
      const from = at + lengthOf(tokens, at, head);
      const to = from === at ? -1 : findTail(tokens, from, tail);
      if (to > from) return moved(tokens, from, { to, length: lengthOf(tokens, to, tail) });
    }
  }
  return tokens;
}

function findTail(tokens: readonly PlainToken[], from: number, tail: Steps): number {
  const last = Math.min(tokens.length, from + MAX_GAP);
  for (let at = from; at < last; at += 1) if (lengthOf(tokens, at, tail) > 0) return at;
  return -1;
}

/** The tokens with those from `to` on moved back to `from`. */
function moved<T>(
  tokens: readonly T[],
  from: number,
  { to, length }: { readonly to: number; readonly length: number },
): readonly T[] {
  return [
    ...tokens.slice(0, from),
    ...tokens.slice(to, to + length),
    ...tokens.slice(from, to),
    ...tokens.slice(to + length),
  ];
}

const AUXILIARIES = kind(`
  will is are do does did can could was were has have would should est ist sind kann hat wird esta va vas ser`);

/** Length of "when" in "when alpine:3.16 is done, …"; 0 for "when will …". */
export function conditionAt(tokens: readonly PlainToken[], at: number): number {
  const length = lengthOf(tokens, at, WHEN);
  return AUXILIARIES.some(([word]) => word === wordAt(tokens, at + length)) ? 0 : length;
}

const WHEN = toSteps('when');

/** "When alpine:3.16 is done, tell me" as "tell me when alpine:3.16 is done". Not "when will you tell me". */
export function joinPostposed<T extends PlainToken>(tokens: readonly T[], first: number): readonly T[] {
  const length = conditionAt(tokens, first);
  if (length === 0) return tokens;
  for (const notice of NOTICES) {
    const to = findTail(tokens, first + length, notice);
    if (to !== -1) return moved(tokens, first, { to, length: lengthOf(tokens, to, notice) });
  }
  return tokens;
}

const NOTICES = [toSteps('notifyMe whom*'), toSteps('notify whom whom*')];
