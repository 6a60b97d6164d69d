/**
 * Words of sentences that are neither in vocabulary.ts nor likely names of images, in its spelling. From stopwords-iso 1.1
 * (MIT license, © Gene Diaz), in English, German, French, Spanish and Portuguese.
 */

/** Where one stands for an image, the image is offered, and nothing is done. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `
    ab aber able ableabout abord abroad absolument abst accordance according accordingly acerca ach acht achte
    achten achter achtes act actually acuerdo ad added adelante ademas adeus adj adopted adrede ae af affecting
    affects afin afirmo ag agrego ahead ahi ai aie aient aies ailleurs ainsi aint ait alem algmas algumas algunas
    alguno algunos alguns ali allaient allein allem aller allerdings allgemeinen alli allo allons allow allows alone
    alongside alors alrededor als ambas ambos amid amidst among amongst amoungst amount ampleamos anadio ander
    andere anderem anderen anderer anderes anderm andern anderr anders announce ano anos antano ante anterieur
    anterieure anterieures anterior anyhow anyways aonde aos apart apenas apoio apontar apos apparently appear
    appropriate approximately aproximadamente aq aquel aquela aquelas aquele aqueles aquella aquellas aquello
    aquellos aquilo ar area areas aren arise around arpa arriba arribaabajo aseguro asi aside asked asking asks
    assez associated atras atraves attendu aucun aucuns aujourd aujourdhui aunque aupres auquel aura aurai auraient
    aurais aurait auras aurez auriez aurions aurons auront ausserdem aussi autant autre autrefois autrement autres
    autrui auxquelles auxquels avaient available avais aviez avions aw awfully ayant ayez ayons az b ba backed
    backing backs backward backwards bah baixo bajo bald bas basee bastante bat bb bd beau became become becomes
    becoming beforehand began beginning beginnings begins beide beiden beim beings beispiel bekannt bem bereits
    beside besides besonders besser beyond bf bg bh bi bigre bill billion bin biol bis bisher bist bj bm bn bo boas
    bons bottom boum br breve brief briefly brrr bs bt buena buy bv bw bz c caminho cannot caption case cases casi
    catorze cause causes cc cd ceci cedo cela celle celle-ci celle-la celles celles-ci celles-la celui celui-ci
    celui-la cent cento cependant cerca certain certaine certaines certainly certains certamente certes certeza ceux
    ceux-ci ceux-la cf cg ch chacun chacune changes cher chere cheres chers chiche chut ci cierta ciertas cierto
    ciertos cima cinco cinq cinquantaine cinquante cinquantieme cinquieme ck cl clac clearly clic cm cmon cn co
    comento comparable comparables comprido compris concernant concerning conhecido conmigo conocer conseguimos
    conseguir conselho consequently consider considera considering considero consigo consigue consiguen consigues
    contain containing contains contigo contra contre contudo corrente corresponding couic couldn couldnt couldve
    course cr crac creo cry cs cu cuales cualquier cuantas cuantos cuatro cuenta cuja cujas cujo cujos custa cv cx
    cy cz d.h dabei dado dadurch dafur dagegen daher dahin dahinter damals damit dan daneben dao daquela daquelas
    daquele daqueles dar daran darauf daraus dare darent darf darfst darin daruber darum darunter dasein daselbst
    dasselbe davon davor dazu dazwischen dear debaixo debajo debe deben debido debout debut decir dedans definitely
    dehors dein deine deinem deinen deiner deines dejo dela delante delas dele deles demas demasiado dementsprechend
    demgegenuber demgemass demselben demzufolge denen denselben dentro deprisa deren derer derjenige derjenigen
    dermassen derriere derselbe derselben describe described desligado desormais despacio despite desquelles
    desquels dessa dessas desse desselben dessen desses dessous dessus desta destas deste destes deswegen detail
    detras deux deuxieme deuxiemement devant deve devem devera devers devra devrait dez dezanove dezasseis dezassete
    dezoito diante dice dicen dicho didn diejenige diejenigen dieron dies diese dieselbe dieselben diesem diesen
    dieser dieses diferente diferentes differ different differente differentes differently differents dijeron dijo
    dio directe directement directly direita dispoe dispoem dit dite dits divers diversa diversas diverse diverses
    diversos dix dix-huit dix-neuf dix-sept dixieme dizem dj dk doesn dois doit doivent don donc doubtful douze
    douzieme downed downing downs downwards doze drei drin dring dritte dritten dritter drittes droite duas due
    duquel durant durchaus durfen durft durfte durften duvida dz early eben ebenso ec ed edu ee effect effet eg
    egale egalement egales eh ehrlich ei eigen eigene eigenen eigener eigenes eight eighty einander eines einig
    einige einigem einigen einiger einiges einmal eins either ejemplo ela elas ele eles eleven elf ella ellas
    elle-meme elles elles-memes ello ellos elsewhere embargo embora empleais emplean emplear empleas empleo empty
    encima encuentra enfrente enquanto enseguida entao entirely entonces entweder envers erais eram eramos eran eras
    eres ernst erst erste ersten erster erstes esa esas ese esos especially essai essas esses estaba estabais
    estabamos estaban estabas estad estada estadas estados estais estando estao estar estara estaran estaras estare
    estareis estaremos estaria estariais estariamos estarian estarias estava estavam estavamos esteis estejam
    estejamos estemos esten estes esteve estive estivemos estivera estiveram estiveramos estivermos estivesse
    estivessem estivessemos estiveste estivestes estos estou estoy estuve estuviera estuvierais estuvieramos
    estuvieran estuvieras estuvieron estuviese estuvieseis estuviesemos estuviesen estuvieses estuvimos estuviste
    estuvisteis estuvo et-al etais etant etc etee etees etiez etions eu eue euer eues euh eumes eure eurem euren
    eurent eurer eures eus eusse eussent eusses eussiez eussions eut eutes eux eux-memes evenly evermore ex
    exactement example excepte exemplo existe existen explico expreso extenso exterieur f face faces faco facon fact
    facts fairly faisaient faisant faites fara farther fazeis fazem fazemos fazes fazia felt feront fewer fez ff fi
    fifteen fifth fifty fify fill fim finds five fix fj fk flac floc fm fo folgende followed follows fomos fora
    foramos force forem forever forma former formerly formos forth forty forward fosse fossem fossemos foste fostes
    four fr free fruher fuera fuerais fueramos fueran fueras fuese fueseis fuesemos fuesen fueses fui fuimos fuiste
    fuisteis fully fumes funf funfte funften funfter funftes furent further furthered furthering furthermore
    furthers fus fusse fussent fusses fussiez fussions fut futes fx g ga gab ganze ganzen ganzer ganzes gar gave gb
    gd ge gedurft gegenuber gehabt gehen geht gekannt gekonnt gemacht gemocht gemusst general generally gens genug
    geral gesagt geschweige gewesen gewollt gf gh gi ging given giving gl gleich gm gmt gn goods gott gov gp gq gr
    gran grande grandes greater greatest greetings gross grosse grossen grosser grosses grouped grouping grupo gs gt
    gu gueno gute guter gutes gw gy h hab habeis haber habia habiais habiamos habian habias habida habidas habido
    habidos habiendo habla hablan habra habran habras habre habreis habremos habria habriais habriamos habrian
    habrias haceis hacemos hacen hacerlo haces haciendo hadnt hago haja hajam hajamos half hao hardly hasn hast
    hattest hattet haut havemos haven havent havia hayais hayamos hayan hayas hed hei hein heisst helas hell hem
    hemos hence hep her hereafter hereby herein heres hereupon hers herself hes hicieron hid higher highest him hin
    hinter his hither hizo hk hn ho hoch hoje hop hopefully hormis hors hou houp houve houvemos houver houvera
    houveram houveramos houverao houverei houverem houveremos houveria houveriam houveriamos houvermos houvesse
    houvessem houvessemos howbeit howd howll hoy hr ht htm hu hube hubiera hubierais hubieramos hubieran hubieras
    hubieron hubiese hubieseis hubiesemos hubiesen hubieses hubimos hubiste hubisteis hubo hue hui huit huitieme hum
    hundred hurrah ie ignored igual ihm ihn ihnen ihre ihrem ihren ihrer ihres ii ils immediate immediately
    importance important importe inasmuch inc incluso indeed indem indicate indicated indicates indico infolgedessen
    informo inicio inner ins inside insofar int intenta intentais intentamos intentan intentar intentas intento
    interest interested interesting interests invention inward io iq ir ira irgend isn ista iste itd itll j jahr
    jahre jahren jede jedem jeden jeder jedermann jedermanns jedoch jemandem jemanden jene jenem jenen jener jenes
    jm jo join jp junto jusqu jusque juste kam kaum ke keinem keiner keines keys kg kh ki kind kleine kleinen
    kleiner kleines km kn knew known knows kommen kommt kp kr kw ky kz lado laisser lang laquelle large largely
    largo latter latterly lb lc leicht leide lejos length lequel lesquelles lesquels lest leur leurs lhe lhes li
    ligado liked likely likewise little lk ll llego lleva llevar local longe longest lors lower lr lt ltd lu luego
    lugar lui lui-meme lv ly m machen macht machte mag magst mahn mainly maint maior maioria maiorias malgre manche
    manchem manchen mancher manches manera manifesto mann maximale maximo maynt mayor mc md meantime mediante medio
    mein meinem meinen meiner meines meio mejor meme memes men menciono menor mensch menschen menudo merely mes
    meses mesma mesmas mesmo mesmos meu meus mg mh mia mias mien mienne miennes miens mientras mightnt mightve mill
    million mince minhas minimale minus mio mios mis misma mismas mismo mismos miss mittel mk ml mm mn mo mochten
    modo mogen moglich mogt moi-meme moindres momento moreover mostly mot move moyennant mp mq mr mrs ms msie mt mu
    mucha mucho muchos mug muitos multiple multiples muss mussen musst musste mussten mustnt mustve muy mv mw mx mz
    n nachdem nahm namely naquela naquelas naquele naqueles naturel naturelle naturelles naturlich nay nc nd
    neanmoins neben necessaire necessairement necessarily necessary needed needing neednt needs neither nem nenhuma
    nessa nessas nesse nesses nesta nestas neste nestes neue neuf neun neunte neunten neunter neuntes neuvieme
    neverf neverless nevertheless newer newest nf ng ni niemandem niemanden nine ninety ninguna ningunas ninguno
    ningunos nivel nl no-one nombreuses nombreux nome nommes nonetheless noone nor normally nosotras nosotros nossa
    nossas nosso nossos notamment notre notres notwithstanding nous-memes nouveaux novas nove novel novos nr nu
    nuestra nuestras nuestro nuestros nuevas nuevos nul null num numa numas numero nun nuns nz oben obra obtain
    obtained obviously ocho offen oft ohe oitava oitavo oito older oldest ole olle om omitted onze onzieme opened
    opening opens opposite ord ordered ordering ordnung ore otherwise otras otros ouf ought oughtnt ouias ours
    ourselves oust ouste outras outre outro outros outside ouvert ouverte ouverts overall owing p pa paf pais pan
    par parece parfois parle parlent parler parmi parole parseme part partant parte parted particular particularly
    particulier particuliere particulierement parting partir parts pasada pasado passe paucas pe pegar pela pelas
    pelo pelos pense peor perante permet pero personnes perto pesar pessoas peu peuvent pf pff pfft pfut pg ph piece
    pif pire pk pl place placed places plein plouf plupart plusieurs plutot pm pmid pn poca pocas poco pocos podeis
    podem poder podera podia podra podran podriais podriamos podrian poe poem point pointed pointing points pois
    poner ponto pontos poorly portanto posible posicao possessif possessifs possible possibles possibly possivel
    possivelmente posso potentially pouah pouca pouco poucos pourrait pouvait povo pp pr prealable precisement
    predominantly premier premiere premierement pres present presented presenting presents presumably previously
    primarily primeira primeiras primeiro primeiros primer primera primero primeros principalmente probable probably
    probante problems procedant proche promeiro promptly propia propias propio propios propria proprias proprio
    proprios proud provided provides proxima proximas proximo proximos psitt pt pu puderam pudo pueda pueden puedo
    pues puis puisque pur pure puts pw py q qa qeu quais qualquer quant quant-a-soi quarante quarto quatorze quatre
    quatre-vingt quatrieme quatriemement quatro quedo quelconque quelles quelques quelquun quels quer quereis querem
    queremas queremos queres questao quickly quiconque quienes quiere quieto quinto quinze quiza quoique qv r ran
    raras rare rarement rares rather rd re readily realizado realizar realizo reasonably recently recht rechte
    rechten rechter rechtes regardless regards relacao related relative relatively relativement remarquable rend
    rendre repente reserved respectively respecto restant restrictif resulted resulting retour revoici revoila
    richtig ring ro round ru rund rw s sa sabe sabeis sabem sabemos saben saber sache sacrebleu sagte sah sait sal
    salvo sans sao sapristi satt saw sb sc schlecht schluss sd sea seais seamos sean seas sec sechs sechste sechsten
    sechster sechstes secondly seconds section seeing seeming seen sees segun segundo sei seien seinem seinen seiner
    seines seis seitdem seize seja sejam sejamos selbst self selon selves semblable semblaient semble semblent
    senalo sendo sensible sent sept septieme serai seraient serais seran serao seras sere serei sereis seremos serez
    seriais seriam seriamos serian serias seriez serions serious seriously serons seront ses sete setima setimo seu
    seul seule seulement seus seven seventy several sexto sg sh shant shed shell shes shouldn shouldnt shouldve
    showed showing shown showns shows sich side sides sieben siebente siebenten siebenter siebentes sien siendo
    sienne siennes siens siete significant significantly siguiente similar similarly sincere sino sinon sistema six
    sixieme sixty sj sk sl slightly sm smaller smallest sn sob soi soi-meme soient sois soit soixante sola solamente
    solang solas solche solchem solchen solcher solches soll sollen sollst sollt sollte sollten solo solos some
    someday somehow somente somethan sometime somewhat sommes somos sondern sonst sou sous souvent soweit sowie soy
    soyez soyons soyos spater specifically specified specifique specifiques specify specifying speculatif sr st
    startseite states statt strictement strongly su sua suas substantially subtiles successfully suche sufficiently
    suffisant suffisante suffit suggest suit suivant suivante suivantes suivants sujet sup superpose supuesto
    surtout sus suya suyas suyo suyos sv sy sz tac tagen taken tambem tambien tampoco tan tandis tant tanta tantas
    tao tardive tat tc td teil tel telle tellement telles tels temos temprano ten tenant tend tendes tendra tendran
    tendras tendre tendreis tendremos tendria tendriais tendriamos tendrian tendrias tends tened teneis tenemos
    tener tenga tengais tengamos tengan tengas tengo tenha tenham tenhamos tenho tenia teniais teniamos tenian
    tenias tenida tenidas tenido tenidos teniendo tenir tens tentar tentaram tente tentei tera terao terceira
    terceiro tercera terei teremos teria teriam teriamos tes teu teus teve tf tg th thanx thatll thats thatve their
    theirs themselves thence thereafter thereby thered therein therell thereof therere theres thereto thereupon
    thereve theyd theyll theyre theyve thick thin thinks third thirty thorough thoroughly thou thoughh thoughts
    thousand three throug throughout thru thus ti tic tien tiene tienen tienes tienne tiennes til tinham tinhamos
    tip tipo tis tive tivemos tiver tivera tiveram tiveramos tiverem tivermos tivesse tivessem tivessemos tiveste
    tivestes tj tk tm tn toc todavia together toi-meme ton top total touchant toute toutefois tp tr trabaja
    trabajais trabajamos trabajan trabajar trabajas trabalhar tras trata traves treize trente treze tried tries
    trillion tritt trois troisieme troisiemement trop truly trying ts tsoin tsouin tt tua tuas tun turned turning
    turns tus tuve tuviera tuvierais tuvieramos tuvieran tuvieras tuvieron tuviese tuvieseis tuviesemos tuviesen
    tuvieses tuvimos tuviste tuvisteis tuvo tuya tuyas tuyo tuyos tv tw twas twelve twenty twice two tz ua uberhaupt
    ubrigens ug uk umas unas underneath undoing unes unfortunately uniformement unique uniques unlike unlikely unse
    unsem unsen unser unserer unses unter unto upon ups upwards usa usais usamos usan usar usas useful usefully
    usefulness uses uso ustedes usually uucp uy uz v vais valeur valor value vamos van vao varias varios various vas
    vaya vc ve veces veja vem vens ver verdad verdade verdadeiro verdadera verdadero vergangenen vezes vg vi viagem
    viel viele vielem vier vierte vierten vierter viertes vif vifs vindo vingt vinte vivat vive vives viz vlan vn
    voici voie voient voila voire vol vols vor vos vosotras vosotros vossa vossas vosso vossos votre votres
    vous-memes voy vu vuestra vuestras vuestro vuestros w wahr wahrend wahrenddem wahrenddessen wanted wanting wants
    ware wart wasn wed weg weiter weitere weiteres welchem welchen welches wells wenig wenige weniges wenigstens
    werdet weren werent weshalb weve wf whatd whatll whatve whence whend whenll whereafter whereas whereby whered
    wherein wherell whereupon whichever whilst whim whither whod wholl whomever whos whyd whyll widely width willing
    willst wirklich wish wissen woher wohin wohl wollen wollt wollte wollten won words wouldn wouldnt wouldve ws ye
    year years youll young younger youngest yours yourselves yt yu z z.b za zehn zehnte zehnten zehnter zehntes zeit
    zero zm zr zuerst zugleich zunachst zuruck zut zwanzig zwar zwei zweite zweiten zweiter zweites zwolf`
    .trim()
    .split(/\s+/),
);
