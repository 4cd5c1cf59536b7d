/**
 * Passwords of eight characters and more that many people choose, also Korean words typed on an
 * English keyboard. Written from memory, so no more than a first hurdle; lower case, without spaces.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  !qaz2wsx !qaz@wsx 00000001 00001111 01011980 01011990 01012000 01012020 01234567 0987654321
  10203040 1020304050 102030405060 11110000 11111112 11112222 11223344 1122334455 112233445566
  12121212 123123123 12341234 123412345 12344321 123454321 123456654321 1234567890a 12345678910
  123456789123 123456789a 12345678a 12345679 123456aa 123456abc 123456qwerty 12345qwert 1234abcd
  1234asdf 1234qwer 123qwe123 123qwe456 123qweasd 123qweasdzxc 12qwaszx 13145200 13579246
  135792468 1357924680 147258369 147852369 159357456 159753123 15975346 19700101 19800101 19900101
  1a2b3c4d 1q2w3e4r 1q2w3e4r! 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qw23er4
  20000101 2002worldcup 20200101 24681012 27182818 2wsx3edc 31415926 314159265 321654987 52013145
  5201314520 55667788 66668888 741852963 789456123 789456123a 87654321 88886666 963852741
  987654321 9876543210 a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 aa123456 aa12345678
  aaa12345 abc12345 abc123456 abc123abc abcd1234 abcd12345 abcd123456 abcde123 abcdef123 abcdefg1
  abcdefg123 admin123 admin1234 admin12345 admin123456 admin@123 adminadmin administrator ahffk123
  ahffkdy1 ahffkdyd alexande alexander alexandra alsrnr12 alswl123 alswl1234 andrew12 android1
  angel123 angel1234 angelangel anthony1 apfhd123 apple123 apple1234 arsenal1 asd123asd asdf1234
  asdf12345 asdfasdf asdfghjkl1 asdfqwer asdfzxcv asdqwe123 ashley12 ashley123 autumn123 bailey12
  banana12 banana123 barcelona barcelona1 baseball baseball1 basketball batman123 benjamin
  brandon1 brittany busan123 butterfly butterfly1 cameron1 caroline catherine changeit changeme
  changemenow charlie1 charlotte checkin1 chelsea1 cherry12 chevelle chevrolet chocolate
  chocolate1 christian christina christine christopher clinic12 clinic123 computer computer1
  corea1234 corvette daehanminguk daniel12 daniel123 danielle database daumdaum dbwj1234 december
  default1 demo1234 demodemo dkssud12 dkssud123 dkssud1234 dkssudgktpdy dlrjanj1 dlswmd12 doctor12
  doctor123 dokdo123 dragon12 dragon123 dragonball einstein elephant elizabeth enterprise eogks123
  eogksalsrnr everest1 explorer facebook facebook1 facebook123 family12 family123 fantasia
  february ferrari1 fhrmdls1 fhrmdls123 fireball firebird fletcher florence flower12 flower123
  football football1 forever1 freedom1 freedom123 friend12 friends1 
  galaxys1 gamecube garfield gateway1 george12 gkdl1234 gkdlgkdl gkrryrkwk gonzalez goodluck
  google12 google123 gorgeous gudfks12 guest123 guest1234 guestguest guitar12 gusdn123 guswns12
  hanguk123 hannah12 happy123 happy1234 happyhappy hardcore harley12 harleydavidson heather1
  hello123 hello1234 hello12345 hellohello helloworld hercules homer123 hospital hospital1
  hospital123 hospital1234 houston1 hunter12 hunter123 ilovegod iloveher ilovehim
  iloveme1 iloveyou iloveyou! iloveyou1 iloveyou2 indigo12 internet internet1 inuyasha iphone12
  iphone123 ironman1 island12 jackson1 jamesbond january1 jasmine1 jellybean jennifer jeremiah
  jessica1 johnson1 jonathan jordan123 jordan23 josephine justin12 juventus kakao123 kakaotalk
  katherine kathleen kawasaki killer12 killer123 kimberly kingkong kiosk123 kiosk1234 kioskkiosk
  knickers knight12 korea123 korea1234 koreakorea lakers24 lavender leonardo letmein1 letmein12
  letmein123 letmeinnow library1 library123 linux123 liverpool liverpool1 login123 login1234
  lollipop longhorn love1234 love12345 lovebird lovelove lovely12 lovely123 loveyou1 lucifer1
  lucky123 lucky1234 lucky777 lucky7777 macintosh madison1 maggie12 magic123 manager1 manager123
  manchester manunited marathon margaret marlboro marshall maryjane master12 master123 matthew1
  maverick megadeth melissa1 mercedes mercury1 metallica michael1 michael12 michael123 michelle
  microsoft microsoft1 midnight minecraft mistress mitchell monkey12 monkey123 monster1 monster123
  montana1 morrison mountain multimedia musicman mustang1 mypassword mysecret napoleon naruto123
  natalie1 naver123 naver1234 network1 newpassword newyork1 nicholas nicole12 nightmare nintendo
  nirvana1 november nurse123 october1 oldpassword olivia12 operator oracle12 oracle123 orange12
  orange123 p@ssw0rd p@ssword pa55w0rd pa55word packers1 panasonic panther1 paradise paramore
  passion1 passpass passport passw0rd password password! password1 password12 password123
  password1234 password12345 passwort patient1 patient123 patricia patrick1 peaches1 peanut12
  penguin1 pineapple pittsburgh platinum playboy1 playstation pokemon1 pokemon123 politics
  porsche1 postman1 precious predator presario princesa princess princess1 property purple12
  q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx12 qazwsx123 qazwsxedc qazwsxedcrfv qkdansrkr qkqh1234
  qkqhqkqh qlalfqjsgh qlalfqjsgh1 qlalfqjsgh1! qrcode12 qrcode123 qrgate12 qrgate123 qrgateqrgate
  qudwls12 qudwls123 question quicksilver qwe123qwe qweasd123 qweasdzxc qweqwe123 qwer1234
  qwer12345 qwer123456 qwerasdf qwerasdfzxcv qwert123 qwert12345 qwerty!@ qwerty12 qwerty123
  qwerty1234 qwerty12345 qwertyuiop1 qwertyuiop123 rachel12 raiders1 rainbow1 ranger12 rangers1
  realmadrid rebecca1 reception reception1 redskins remember reynolds richard1 rkaehd123 rkskek123
  rkskekfk robert12 rockstar rockyou1 root1234 rootroot rosebud1 sabrina1 sailboat salvador
  samantha samsung1 samsung123 samsung1234 sandiego sarang12 sarang123 sarang1234 saranghae
  saranghae1 saranghae123 savannah scooter1 scorpio1 scorpion secret12 secret123 security
  security1 seoul123 seoul1234 seoulseoul septembe september serenity server12 server123 shadow12
  shadow123 shannon1 shooting silver12 skateboard skywalker slipknot smile123 smile1234 smokey12
  snickers snowball snowman1 softail1 softball southern spdlqj12 spdlqj123 spiderman spring123
  squirrel starbucks stargate startrek starwars starwars1 steelers stephanie stephen1 stingray
  strawberry summer12 summer123 sunshine sunshine1 superadmin superman superman1 superuser
  sweetheart sweetpea swordfish sylvester sysadmin tarheels teddybear temp1234 temp12345 temporary
  temppass tennessee terminal test1234 test12345 test123test tester123 testing1 testing123
  testtest testuser thdgpry1 thepassword thomas12 thunder1 thunderbird tigger12 titanic1 tjdals12
  tjdgus12 tjdwls12 tkatjd12 tkatjd123 tkatjd1234 tkfkd123 tkfkd1234 tkfkdgkqslek tkfkdgo1
  tkfkdgo12 tkfkdgo123 tkfkdgo1234 tkfkdgody tkfkdtkfkd tomcat12 toor1234 topsecret tottenham
  toyota12 trinity1 trombone tropical truelove trustno1 trustnoone unicorn1 universal user1234
  user12345 useruser valentin valentina valentine vampire1 vanessa1 veronica victoria viewsonic
  virginia visitor1 visitor123 volleyball warcraft warhammer warrior1 warriors watermelon
  webmaster welcome! welcome1 welcome123 welcome2 westside whatever whatever1 whdgkrwk wildcats
  williams windows1 windows10 windows7 winston1 winter12 winter123 wjddk123 wkddmswl wldms123
  wldms1234 wldnjs12 wlgns123 wnsgh123 wolverine wrestling yamaha12 yankees1 yellow12 yosemite
  youtube1 youtube123 zaq12wsx zaq1zaq1 zeppelin zkzkdhxhr zxcv1234 zxcvasdf zxcvbn123 zxcvbnm1
  zxcvbnm123 zxcvbnmasdf 대한민국1234 비밀번호1234 비밀번호비밀번호 안녕하세요1234 열려라참깨열려라
`
    .trim()
    .split(/\s+/),
)
