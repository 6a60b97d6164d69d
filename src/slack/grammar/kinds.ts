/** Kinds of words that constructions.ts puts in an order, in the languages of phrases.ts. */

/** Alternatives, the longest first. */
export type Kind = readonly (readonly string[])[];

/** Separated by spaces; an underscore joins the words of one alternative. */
export function kind(text: string): Kind {
  const alternatives = text.trim().split(/\s+/);
  return alternatives.map((phrase) => phrase.split('_')).toSorted((a, b) => b.length - a.length);
}

const POLITE = 'please pls plz kindly bitte svp por_favor';

/** "Avísame" and "post here" say whom. */
const NOTIFY_ME = `
  lmk post_here post_back avisame avisanos dime notificame me_avisa me_avisas me_avise me_avisar nos_avisa nos_avise
  nos_avisar me_diga me_notifique me_notifica sag_bescheid sagt_bescheid gib_bescheid gebt_bescheid`;

export const KINDS = {
  notifyMe: kind(NOTIFY_ME),
  notify: kind(`
    ${NOTIFY_ME}
    tell let ping tag notify alert warn inform remind message dm call update report shout say holler buzz nudge
    give drop send hit lemme intimate need_to_know want_to_know like_to_know
    notified informed alerted told pinged reminded warned updated
    benachrichtigt_werden informiert_werden avisado notificado informado
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
  and: kind('and und et y e'),
  me: kind('me us mir uns moi nous'),
  /** With "me" alone they say it all, unlike "let me" and "give me". */
  tell: kind(`
    tell ping tag notify alert warn inform remind message dm update sag sage sagt benachrichtige informiere
    previens prevenez avertis avertissez dis dites informez notifie notifiez`),
  know: kind('know bescheid'),
  thanks: kind(`thanks thx ${POLITE}`),
  keep: kind('keep halte haltet garde gardez tiens tenez mantenme mantennos mantenha'),
  posted: kind(`
    posted updated informed in_the_loop up_to_date auf_dem_laufenden au_courant al_tanto informado atualizado`),
  about: kind('on about of for regarding with uber zu de sur sobre do da'),
  begin: kind('keep start begin continue mind commence_a empieza_a comece_a'),
  quit: kind(`
    stop quit cease nicht_mehr hor_auf_zu hort_auf_zu hore_auf_zu arrete_de arreter_de arretez_de cesse_de deja_de dejar_de para_de
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
  noMore: kind('no_more enough keine_weiteren plus_aucune no_mas chega_de sem_mais'),
  no: kind('keine ningun nada_de'),
  stopSending: kind('stop_sending stop_posting no_quiero_mas ya_no_quiero nao_quero_mais'),
  stopPosting: kind(`
    stop_sending stop_posting stop_messaging stop_pinging stop_spamming stop_bothering stop_notifying
    stop_alerting stop_telling stop_writing dont_post do_not_post no_posting
    hor_auf_hier_zu_posten hor_auf_mich_zu_benachrichtigen hor_auf_uns_zu_benachrichtigen keine_nachrichten_mehr keine_meldungen_mehr
    hor_auf_zu_posten hort_auf_zu_posten hor_auf_zu_schreiben arrete_de_poster arretez_de_poster deja_de_publicar deja_de_enviar
    pare_de_postar pare_de_enviar`),
  aboutImage: kind('about mit sur sobre'),
  quiet: kind(`
    be_quiet be_silent keep_quiet stay_quiet shut_up leave_us_alone leave_me_alone go_away hor_auf hort_auf hore_auf sei_still sei_ruhig ruhe_jetzt sei_leise
    tais_toi taisez_vous cala_a_boca fique_quieto estate_quieto`),
  /** Not "para", which is "for" as well; a scan is what one aborts. */
  silence: kind('stop cancel end stopp stoppe stoppen beende arrete arreter arretez'),
  our: kind('the my our your all all_the all_my all_our these those die meine unsere les mes nos'),
  /** An "update" may be one of software. */
  notices: kind(`
    updates messages notifications pings alerts noise nachrichten meldungen benachrichtigungen alertes mises_a_jour`),
  updates: kind(`
    updates update messages notifications posts pings news alerts noise nachrichten meldungen benachrichtigungen
    alerte mensaje aviso notificacion
    mises_a_jour alertes mensajes notificaciones actualizaciones avisos mensagens notificacoes atualizacoes`),
  receive: kind('like want need get receive'),
  notifications: kind('updates notifications alerts pings'),
  longer: kind('mehr mas mais'),
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
  horAuf: kind('hor_auf hort_auf hore_auf horen_sie_auf hor_bitte_auf'),
  zuBeobachten: kind('zu_beobachten zu_uberwachen zu_verfolgen'),
  behalte: kind('behalte behaltet'),
  imAuge: kind('im_auge im_blick'),
} as const;
