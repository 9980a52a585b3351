"""Parts of invented family names; `names.py` says what they mean and puts them together.

`written=latin` where a word is not in Latin letters; an underscore stands for a blank.
"""

GERMAN = """Ahl Alt Brack Brand Buch Dorn Eber Eich Erl Falk Feld Fried Grün Hag Hart Hell
Holl Kirch Klein Krä Lang Lind Löw Mohr Müll Neu Nieder Nord Ober Ost Rüb Roth Sand Schön
Schwarz Silber Stein Stöß Straß Weiß Wein West Wild Winter"""
GERMAN_ENDS = """er mann bach berg feld hoff hagen burger brecht stein wald thal haus kamp
meier kötter brink loh rath horst heim dorf ler inger"""
GERMAN_COMMON = """Schmidt Meyer Hansen Petersen Krüger Schröder Weiß Groß Köhler Jäger Voß
Strauß Özil Schäfer Becker Wolff Böhm Zöllner Hübner Kröger"""
DUTCH_WORDS = """Berg Meer Linden Velde Brink Heuvel Wal Hoek Veen Woude Dijk Horst Broek Laan
Beek Wiel Zanden Heijden Kamp Pol Vliet Ploeg Graaf Bos"""
PORTUGUESE = """Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Gonçalves
Lopes Marques Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares
Vieira Monteiro Cardoso Rocha Neves Coelho Cruz Cunha Pires Ramos Reis Simões Antunes Matos
Fonseca Morais Araújo Magalhães Conceição Guimarães"""
SPANISH = """García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Martín
Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres
Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Suárez Ortega Delgado Castro Ortiz
Rubio Marín Sanz Núñez Iglesias Peña"""
POLISH = """Kowal Wiśniew Nowak Lewandow Zieliń Szymań Woźnia Dąbrow Kozłow Jankow Mazur
Kwiatkow Krawczy Piotrow Grabow Pawłow Michal Król Wieczor Jabłoń Wróblew Majew Olszew Stępie
Malinow Jawor Adamczy Dudek Górs Pawla"""
NORDIC = """Ander Berg Björn Dahl Ek Eng Fors Gran Hag Hed Holm Lind Lund Löf Näs Norr Ny Öst
Rosen Sand Sjö Ström Söder Väster Wall Åker"""
DANISH = """Jen Niel Han Peder Ander Christen Lar Søren Ras Jørgen Knud Mad Mogen Poul Thom
Iver Mikkel Jakob"""
TURKISH = """Yıldız Kaya Demir Çelik Şahin Öz Ak Kara Yıl Er Gül Ay Taş Koç Güneş Kılıç Işık
Bulut Altın Uç Doğan Aslan"""
ENGLISH = """Ash Black Brad Brook Cart Copper East Hart Hay Hol Kings Long Marl Nor Pem Rad
Ship Stan Wake Wal West Whit Win Wood"""
GREEK = """Παπαδ=Papad Δημητρ=Dimitr Γεωργ=Georg Νικολ=Nikol Αντων=Anton Κωνσταντιν=Konstantin
Ιωανν=Ioann Αθανασ=Athanas Χριστ=Christ Μιχαλ=Michal Στεφαν=Stefan Θεοδωρ=Theodor Ανδρε=Andre"""
CYRILLIC = """Иван=Ivan Петр=Petr Кузнец=Kuznets Соколо=Sokolo Волк=Volk Морозо=Morozo
Павл=Pavl Орл=Orl Лебеде=Lebede Никит=Nikit Захар=Zakhar Борис=Boris Карим=Karim Бел=Bel
Зайц=Zaits Тихон=Tikhon Шевчук=Shevchuk Мельник=Melnik"""
KANJI = """山=Yama 田=Ta 中=Naka 小=Ko 高=Taka 松=Matsu 木=Ki 石=Ishi 川=Kawa 森=Mori 藤=Fuji
村=Mura 西=Nishi 大=Oo 上=Ue 吉=Yoshi 竹=Take 岡=Oka"""
KANJI_ENDS = """田=da 本=moto 村=mura 川=kawa 口=guchi 井=i 野=no 原=hara 島=shima 沢=zawa
崎=saki 林=bayashi"""
ARABIC = """حداد=Haddad منصور=Mansour خليل=Khalil نجار=Najjar سليمان=Sulaiman
عبد_الرحمن=Abd_al-Rahman الفارسي=Al-Farsi المصري=Al-Masri الحسيني=Al-Husseini
بن_يوسف=Ben_Youssef قاسم=Qasim شريف=Sharif بركات=Barakat عثمان=Othman درويش=Darwish صالح=Saleh
العلوي=El-Alaoui التازي=Tazi بنعلي=Benali"""
HEBREW = """כהן=Cohen לוי=Levi מזרחי=Mizrahi פרץ=Peretz ביטון=Biton דהן=Dahan אברהם=Avraham
פרידמן=Friedman בן־דוד=Ben-David שפירא=Shapira גולן=Golan ברק=Barak אלמוג=Almog רוזן=Rozen"""
HINDI = """शर्मा=Sharma वर्मा=Verma गुप्ता=Gupta पटेल=Patel मेहता=Mehta राव=Rao अय्यर=Iyer
जोशी=Joshi कपूर=Kapoor बनर्जी=Banerjee देशपांडे=Deshpande नायर=Nair सिंह=Singh चौधरी=Chaudhary
रमन=Raman"""
CHINESE = """王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 黄=Huang 赵=Zhao 吴=Wu 周=Zhou
徐=Xu 孙=Sun 马=Ma 朱=Zhu 胡=Hu 郭=Guo 何=He 林=Lin 罗=Luo 郑=Zheng 梁=Liang 谢=Xie 宋=Song
唐=Tang 欧阳=Ouyang"""
KOREAN = """김=Kim 이=Lee 박=Park 최=Choi 정=Jung 강=Kang 조=Cho 윤=Yoon 장=Jang 임=Lim 한=Han
오=Oh 서=Seo 신=Shin 권=Kwon 황=Hwang 안=Ahn 송=Song 남궁=Namgung"""
VIETNAMESE = """Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý"""
YORUBA = """Ade Ola Oye Aki Ogun Ayo Fala Bamg Ekwu Okon Nwa Chuk Obi Eze Oluw"""
