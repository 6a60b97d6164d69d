/**
 * The words that people type besides images and commands, in the languages of phrases.ts: without accents and
 * apostrophes, in small letters. Negations and words that set a condition or a time are left out on purpose: what they
 * change is not understood, and then nothing is done.
 */

import { CONSTRUCTION_WORDS } from '../constructions.ts';
import { PHRASES_BY_WORD } from './phrases.ts';

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Irrelevant for a command, and no images. */
export const FILLER = words(`
  a an the this that these those it its i im id ill ive me my mine we us our you your youre youd he she they them
  is are was were be been being am do does did has have had can could would will shall should may might must
  wont cant to of on in for from at by with about into onto as up down over and or so too also just then there here
  please pls plz kindly maybe now right yet still already again soon today bot scanprogress channel thread
  everybody everyone team folks guys sorry whether vs versus like want need wanna gonna lets let get got give gives know
  until till when whenever once scan scans scanned scanning image images container containers tag tags digest
  repo repository name named one ones its hey asap someone somebody both gimme gibts pra mim
  der die das den dem des ein eine einen einem einer ist sind war hat haben kann kannst konnt konnen konnte konntest
  konnten konntet konntest wurdest du ihr er sie es ich wir mir mich uns bitte mal auf fur von vom zu zum zur und oder
  auch jetzt schon noch neu nochmal nochmals erneut wieder gerade bild bilder wann wenn sobald im mit doch denn eigentlich gern gerne mochte
  le la les l un une des du de d au aux ce cet cette ces il elle je tu nous vous moi est etes sont peux peut pouvez
  pourrais pourriez pouvons veux veuillez svp stp sil te plait si toi pour sur dans avec et ou maintenant deja encore
  que qu quest cest ceque esta estas estamos ca sera nouveau fois
  el los las lo una uno unos del al esto eso este esta son estan puedes puede podrias podria podemos quiero favor por
  para con sobre y o u ya aun ahora imagen imagenes me te se nos tu usted otra vez nuevo
  os as um uma do da dos das na nas ao isso isto essa esse voce voces pode podes poderia podemos quero
  com e estao sao ja ainda agora imagem imagens outra novo
  voudrais voudrait voudrions aimerais aimerait souhaite souhaiterais quisiera quisieramos gustaria queria queriamos
  following plus canal salon kanal em estiver estiverem esteja seid steht stehts gib gebt`);

/** Words of questions about progress. */
export const PROGRESS_WORDS = words(`
  how far done finished finish finishes finishing complete completed completes over ready ended end ends ending
  going running run runs rescanned gets got status progress state news update updates eta long left remaining stuck hanging hangs
  slow failed fail fails result results found find findings percent percentage through far along doing goes
  taking takes took take safe clean secure vulnerable affected patched deploy vulns vulnerabilities criticals pass passed passes kritisch kritische schwachstellen
  critiques vulnerabilites criticos criticas vulnerabilidades
  stalled yet longer much started start starts begun queued waiting stopped stop aborted cancelled canceled interrupted pret prete prets corriendo
  laufen tourne tournent
  dauert dauern fertig ende durch durchgelaufen beendet abgeschlossen wraps wrapped weit stand lauft lange neues hangt gescannt scannt
  reste restent longtemps cours fini finie finis terminee termine avance avancement ou en etat temps bloque fin
  acabe terminado termino termina termine terminada escaneo escaner listo lista acabo acabado falta estado va progreso
  varredura varreduras escaneos escaneamentos fehlgeschlagen gescheitert echoue echouee echoues fallo fallado fallaron falhou falharam
  rodando acabar acabe terminou terminada terminar acabou acabado pronto pronta concluido concluida andamento falta progresso vai
  novedad novedades novidade novidades tempo tiempo`);

/** Like PROGRESS_WORDS in a sentence; alone each may be an image. */
export const SAFETY_WORDS = words(`
  sicher sichere verwundbar verwundbare angreifbar sures vulnerables seguro segura seguros seguras vulneravel vulneraveis`);

/** Like PROGRESS_WORDS in a question: "is it fixed?", "what happened?"; "it's fixed" says something else. */
export const QUESTIONED_WORDS = words(`
  fix fixes fixed fixable fixing patch patches resolved remediated happened happening happens wrong broken dead down hang hung crashed frozen paused move moving
  changed bad critical vuln cve cves ran launched triggered kicked console prisma twistlock
  gefixt behoben passiert kaputt gestartet geandert
  corrige corrigee corriges repare reparee casse passe
  arreglado arreglada corregido corregida resuelto resuelta paso tarda tardando inicio colgado
  corrigido corrigida resolvido resolvida aconteceu iniciou`);

/** A sentence that starts with one of these is a question. */
export const QUESTION_WORDS = words(`
  how hows why whys when whens what whats where wheres which who whose is isnt are arent was wasnt were has hasnt
  have did didnt does doesnt any anything
  wie wieso warum wann was wo wer welche welcher welches ist sind hat lauft gibt
  comment pourquoi quand combien quel quelle quels quelles ou est sont a quen quoi
  como cuando cuanto cuanta alguna algun alguma algum porque que donde cual esta ha hay ya termino
  quando quanto quanta porque onde qual quais quem quien quienes ja terminou acabou`);

/** Questions how to do something, not requests to do it. */
export const HOW_TO = [
  'how do i', 'how do we', 'how do you', 'how can i', 'how can we', 'how could i', 'how to', 'how would i', 'how should i',
  'wie kann ich', 'wie kann man', 'wie mache ich', 'wie geht', 'comment faire', 'comment puis', 'comment je',
  'comment on', 'como puedo', 'como se', 'como hago', 'como posso', 'como faco', 'como eu', 'what does', 'what do the',
  'whats the difference', 'what is the difference', 'was ist der unterschied', 'quelle est la difference',
  'cual es la diferencia', 'qual a diferenca', 'qual e a diferenca', 'explain',
]; // prettier-ignore

/** Alone or together they are no request. */
export const COURTESY = words(`
  thanks thank thankyou thx tx ty tysm cheers mate lgtm now ta kudos hello hi hey hiya yo howdy hullo morning afternoon evening night
  good great nice cool awesome perfect excellent brilliant amazing wonderful super fantastic lovely sweet neat love
  ok okay okey k kk ack acknowledged roger fine alright sure yes yep yeah yup no nope nah right correct true
  lol lmao rofl haha hahaha hehe wow whoa oops ouch damn hmm hm uh huh oh ah aha yay hooray hurray welcome bye goodbye
  goodnight cya later sorry apologies pardon oopsie np problem worries done got it noted understood gotcha job work
  one stuff sounds looks call idea catch shot welcome working bot well youre youve rock rocks star legend hero champ congrats congratulations gg bravo finally very much so many lot lots all a you your the for that this is was were everyone team folks guys
  again and there day to much wrong nevermind wtf omg argh ugh meh phew appreciated appreciate best my bad never mind nvm test testing wip fyi btw please pls
  dir arbeit leistung ihr seid beste besten vielmals tausend heissen danke dank lieben lieber vielen schon schonen dir euch sehr bitte gut guten morgen tag abend nacht super prima klasse toll hallo
  servus moin tschuss genau ja nein okay alles klar fein spitze passt
  merci beaucoup mille fois travail boulot bonne soiree weekend cest bon bien bonjour bonsoir salut coucou super genial parfait oui non daccord bravo bonne journee nuit au
  revoir tres un grand tous toutes todos todas allen zusammen
  gracias mil trabajo crack maquina maestro fenomeno hecho muchas muchisimas hola buenos buenas dias tardes noches bueno buen trabajo perfecto genial vale si claro de listo
  nada adios por favor estupendo excelente
  obrigado obrigada muito muita obg valeu ola oi bom boa dia tarde noite perfeito otimo legal beleza sim nao tchau
  trabalho show demais pessoal galera valeu gente`);

/** At least one of these is required: "is this all?" is no courtesy. */
export const THANKS_OR_GREETING = words(`
  thanks thank thankyou thx tx ty tysm cheers ta kudos hello hi hey hiya yo howdy morning evening good great nice cool
  awesome perfect excellent brilliant amazing wonderful super fantastic lovely sweet neat love ok okay okey k kk ack
  roger fine alright sure yes yep yeah yup no nope nah lol lmao rofl haha hahaha hehe wow whoa oops ouch hmm hm uh huh
  oh ah aha yay hooray hurray welcome bye goodbye goodnight sorry apologies np lgtm noted understood gotcha nvm test testing
  congrats congratulations gg bravo legend hero best rock rocks well never nevermind wtf omg argh ugh meh phew
  danke dank guten klar passt super prima klasse toll hallo servus moin tschuss genau ja nein spitze merci bonjour bonsoir salut
  coucou bonne genial parfait oui non daccord bravo gracias hola buenos buenas bueno perfecto vale claro adios estupendo nada
  obrigado obrigada obg valeu ola oi bom boa perfeito otimo legal beleza sim nao tchau excelente`);

/** The scan itself, in a sentence. */
export const SCANS = words('scan scans scanning scanned');

/** The registry scan, where an image is expected. */
export const REGULAR_WORDS = words(`
  all everything registry registries regular alles register tout tous registre registres todo todos registro
  registros tudo`);

export const REGISTRY = words('registry registries register registre registres registro registros');

/** Everything of this conversation, in a command that ends something. */
export const ALL_WORDS = words(`all everything alles tout tous todo todos tudo`);

export const CONVERSATIONS = words(`channel thread conversation group kanal canal salon`);

/** They reverse a command, or are not covered by it. */
export const NEGATIONS = words(`
  not dont doesnt didnt never no nothing none without except unless but nicht kein keine keinen niemals ausser ohne
  hor hore horen aufhoren ne pas jamais rien sauf nunca sin jamas excepto nao sem exceto nope nah nvm nein non anymore`);

/** `and/or`: words with a slash that are no images. */
export const SLASHED =
  words(`and/or he/she she/her he/him they/them yes/no on/off w/o n/a i/o a/b ci/cd tcp/udp und/oder et/ou y/o e/ou
  either/or his/her am/pm 24/7`);

/** Other words of sentences that are no images. */
export const NO_IMAGES = words(`
  fixed solved resolved gone out off yourself myself himself itself something someone somebody anything anyone nobody nobodys none other others
  another else more less most least few both each every same own such thing things stuff way ways lot page pages log
  logs error errors issue issues incident alert alerts time times day days week hour hours minute minutes
  tomorrow yesterday tonight later today before after during while because if else than why who whom whose which what
  where how very really quite only even ever never always often sometimes
  cancel mute unmute quit exit undo abort pause resume restart delete remove clear reset ping info about version debug
  add include ignore forget drop halt kill terminate noise noisy spam retry redo refresh login logout open close view turn
  go see look watch say said tell told ask make made take put use try come back away next last first second new old big
  small good bad better best worse worst high low critical medium severity vulnerability vulnerabilities cve cves
  prod production staging build builds deploy deployment release pipeline cluster console defender defenders slack
  brb afk gtg ttyl imo imho idk tbh ikr omw hbu iirc afaik afaict fwiw irl wfh ooo pto tbd tba eod eow smh icymi rip
  thing nothing money people person man woman world life time work home sir dude mate buddy boss
  was wer wen wem wessen welche welcher mehr weniger nur immer nie heute morgen gestern hier dort ding dinge
  alle etwas nichts jemand niemand
  quoi qui dont rien chose choses plus moins toujours hier demain ici personne quelque
  quien cosa cosas mas menos siempre nunca manana ayer aqui nadie alguien algo
  quem coisa coisas mais menos sempre amanha ontem aqui ninguem alguem
  nightly daily weekly hourly monthly current currently latest recent entire whole full big finally eventually exactly
  wait moment ago since long lately meanwhile anyway though although however therefore perhaps almost nearly enough instead
  against between without within through across behind below above under near per via toward towards
  anybody anywhere somewhere everywhere nowhere whoever whatever wherever
  expect expected think thought guess suppose believe hope hoping wondering wonder seem seems seemed look looks looking
  happen happens happened happening mean means meant work works worked working use used using come comes coming came
  went make makes making made says saying having getting gotten bring brought keep keeps kept
  january february march april june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday
  wird werden werde wirst wurde wurden worden geworden hatte hatten sein seine sind waren warst habe haben habt
  sieht sehen aus bei nach seit wegen ohne gegen zwischen weil dass ob also dann deshalb trotzdem vielleicht endlich
  ungefahr circa etwa ganz sehr zu zuletzt letzte letzten letzter letztes aktuell aktuelle aktuellen derzeit momentan
  montag dienstag mittwoch donnerstag freitag samstag sonntag uhr stunde stunden minute minuten tag tage woche wochen
  sera serait sont etait etaient ete etre avoir avait avez avons ont fait faire font faut allez va vont comme car
  parce chez entre vers depuis pendant avant apres derniere dernier dernieres derniers actuel actuelle actuellement
  enfin peutetre environ lundi mardi mercredi jeudi vendredi samedi dimanche heure heures minute jour jours semaine
  sera seria ser fue fueron era han haya hecho hacer hace hacia desde hasta entre durante antes despues ultima ultimo
  ultimas ultimos actual actualmente quizas tal cual lunes martes miercoles jueves viernes sabado domingo hora horas dia
  dias semana semanas foi foram era tem tinha ter sido feito fazer faz desde ate entre durante antes depois atual
  atualmente talvez segunda terca quarta quinta sexta`);

/** Every word above, including those of phrases. */
const SPOKEN: ReadonlySet<string> = new Set([
  ...[FILLER, PROGRESS_WORDS, QUESTION_WORDS, COURTESY, REGULAR_WORDS, NEGATIONS, NO_IMAGES].flatMap(
    (set) => [...set],
  ),
  ...[...PHRASES_BY_WORD.values()].flat().flatMap((phrase) => phrase.words),
  ...CONSTRUCTION_WORDS,
  't',
]);

/** `word` in the spelling of tokens: lower case, without accents and apostrophes. */
export function isSpoken(word: string): boolean {
  return SPOKEN.has(word);
}

const INVERTED = words('tu vous il elle ils elles moi toi nous');

/** `est-ce`, `peux-tu` and `reste-t-il` are two words each; `node-exporter` is one. */
export function splitSpoken(word: string): readonly string[] {
  const parts = word.split(/-(?:t-(?=(?:ils?|elles?|on)$))?/);
  const isInverted = parts.length === 2 && INVERTED.has(parts[1] ?? '');
  return isInverted || (parts.length > 1 && parts.every((part) => SPOKEN.has(part))) ? parts : [word];
}
