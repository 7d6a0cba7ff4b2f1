"""The things that can be shown: the drawing of each, where it is usually to be seen, what emoji name it, and its English words.

Only what has a shape of its own and a name that seldom means something else. English words that often do ("can", "bat", "light",
"date", "watch", "ring", "fly", "saw", "bear" as a verb, "orange", "fan", "club", "crane", "seal", "match", "bow", "nail",
"spring", "palm", "mole", "duck" as a verb, "swallow", "top", "plant", "file", "block") aren't in it, or only in a phrase.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from filmstudio.projects.v1 import storyboard_pb2 as sb

_SPOTS = {
    "g": sb.SPOT_GROUND, "s": sb.SPOT_SKY, "w": sb.SPOT_WATER, "t": sb.SPOT_TABLE, "l": sb.SPOT_WALL, "f": sb.SPOT_FAR,
}  # fmt: skip
# drawing | spot and marks | emoji whose words name it, the plainest first | English words, "_" within a phrase
# Marks: c a creature that can be a character, m moves by itself, p goes into a hand, e is eaten, d is drunk, r is read,
# u music is played on it, b burns or shines when lit.
_TABLE = """
fox           | gcm | 🦊 | fox vixen
wolf          | gcm | 🐺 | wolf wolves she_wolf
bear          | gcm | 🐻 | the_bear a_bear bear_cub brown_bear big_bear old_bear the_bears two_bears three_bears
rabbit        | gcm | 🐰🐇 | rabbit bunny hare
turtle        | gcm | 🐢 | turtle tortoise
lion          | gcm | 🦁 | lion lioness
tiger         | gcm | 🐯🐅 | tiger tigress
leopard       | gcm | 🐆 | leopard panther cheetah
mouse         | gcm | 🐭🐁 | mouse mice
rat           | gcm | 🐀 | rat
cat           | gcm | 🐱🐈 | cat kitten
black-cat     | gcm | | black_cat
dog           | gcm | 🐶🐕 | dog puppy hound
monkey        | gcm | 🐵🐒 | monkey ape
elephant      | gcm | 🐘 | elephant
horse         | gcm | 🐴🐎 | horse pony mare stallion steed
donkey        | gcm | 🫏 | donkey jackass mule
cow           | gcm | 🐮🐄 | cow calf heifer
ox            | gcm | 🐂 | ox oxen bull bullock
goat          | gcm | 🐐 | goat kid_goat billy_goat
ewe           | gcm | 🐑 | sheep lamb ewe
ram           | gcm | 🐏 | the_ram a_ram
pig           | gcm | 🐷🐖 | pig piglet hog
boar          | gcm | 🐗 | boar wild_boar
deer          | gcm | 🦌 | deer stag doe fawn hart
camel         | gcm | 🐪🐫 | camel
giraffe       | gcm | 🦒 | giraffe
zebra         | gcm | 🦓 | zebra
kangaroo      | gcm | 🦘 | kangaroo
panda         | gcm | 🐼 | panda
koala         | gcm | 🐨 | koala
hedgehog      | gcm | 🦔 | hedgehog porcupine
chipmunk      | gcm | 🐿️ | squirrel chipmunk
badger        | gcm | 🦡 | badger
raccoon       | gcm | 🦝 | raccoon
otter         | gcm | 🦦 | otter
beaver        | gcm | 🦫 | beaver
frog          | gcm | 🐸 | frog toad
snake         | gcm | 🐍 | snake serpent cobra viper
lizard        | gcm | 🦎 | lizard
crocodile     | wcm | 🐊 | crocodile alligator
dragon        | gcm | 🐉🐲 | dragon
unicorn       | gcm | 🦄 | unicorn
hippopotamus  | wcm | 🦛 | hippopotamus hippo
rhinoceros    | gcm | 🦏 | rhinoceros rhino
gorilla       | gcm | 🦍 | gorilla
rooster       | gcm | 🐓 | rooster cockerel the_cock a_cock
chicken       | gcm | 🐔 | hen chicken
baby-chick    | gcm | 🐤🐥🐣 | chick chicks ducklings duckling
duck          | wcm | 🦆 | the_duck a_duck ducks wild_duck
goose         | gcm | 🪿 | goose geese
swan          | wcm | 🦢 | swan
peacock       | gcm | 🦚 | peacock
turkey        | gcm | 🦃 | a_turkey the_turkey
owl           | gcm | 🦉 | owl
eagle         | scm | 🦅 | eagle hawk falcon vulture
bird          | scm | 🐦 | bird sparrow nightingale robin finch wren gull seagull the_swallow a_swallow
blackbird     | gcm | 🐦‍⬛ | crow raven blackbird jackdaw rook
dove          | scm | 🕊️ | dove pigeon
parrot        | gcm | 🦜 | parrot
penguin       | gcm | 🐧 | penguin
flamingo      | wcm | 🦩 | flamingo crane_bird stork heron the_crane a_crane
fish          | wcm | 🐟 | fish trout salmon pike
tropical-fish | wcm | | goldfish
shark         | wcm | 🦈 | shark
dolphin       | wcm | 🐬 | dolphin
whale         | wcm | 🐳🐋 | whale
octopus       | wcm | 🐙 | octopus
crab          | gcm | 🦀 | crab
snail         | gcm | 🐌 | snail
ant           | gcm | 🐜 | ant ants
honeybee      | scm | 🐝 | bee honeybee bumblebee wasp
butterfly     | scm | 🦋 | butterfly moth
spider        | gcm | 🕷️ | spider
cricket       | gcm | 🦗 | grasshopper cicada the_cricket a_cricket talking_cricket
lady-beetle   | gcm | 🐞 | ladybird ladybug
worm          | gm  | 🪱 | worm earthworm
caterpillar=bug | gcm | 🐛 | caterpillar
robot         | gcm | 🤖 | robot android
ghost         | scm | 👻 | ghost phantom
sailboat      | wm  | ⛵ | boat sailboat sailing_boat rowing_boat rowboat dinghy fishing_boat
canoe         | wm  | 🛶 | canoe kayak raft
ship          | wm  | 🚢🛳️ | ship steamer ocean_liner galleon frigate
speedboat     | wm  | 🚤🛥️ | speedboat motorboat yacht
ferry         | wm  | ⛴️ | ferry
anchor        | g   | ⚓ | anchor
automobile    | gm  | 🚗🚙🚘 | car automobile
taxi          | gm  | 🚕🚖 | taxi taxicab
police-car    | gm  | 🚓🚔 | police_car squad_car patrol_car
bus           | gm  | 🚌🚍 | bus
ambulance     | gm  | 🚑 | ambulance
fire-engine   | gm  | 🚒 | fire_engine fire_truck
delivery-truck| gm  | 🚚🚛 | truck lorry
tractor       | gm  | 🚜 | tractor
motorcycle    | gm  | 🏍️ | motorcycle motorbike
motor-scooter | gm  | 🛵 | scooter moped
bicycle       | gm  | 🚲 | bicycle bike
auto-rickshaw | gm  | 🛺 | rickshaw auto_rickshaw
locomotive    | gm  | 🚂 | locomotive steam_engine steam_train
train         | gm  | 🚆🚋 | train express_train
tram          | gm  | 🚊🚋 | tram
helicopter    | sm  | 🚁 | helicopter
airplane      | sm  | ✈️ | airplane aeroplane aircraft plane jet
rocket        | sm  | 🚀 | rocket
flying-saucer | sm  | 🛸 | flying_saucer ufo
satellite     | sm  | 🛰️ | satellite
parachute     | sm  | 🪂 | parachute
balloon       | sp  | 🎈 | balloon
kite          | sp  | 🪁 | kite
umbrella      | gp  | ☂️🌂 | umbrella parasol
lantern=red-paper-lantern | gpb | 🏮 | lantern lamp hurricane_lamp oil_lamp storm_lamp
diya-lamp     | tpb | 🪔 | diya clay_lamp earthen_lamp
candle        | tpb | 🕯️ | candle candlestick
flashlight    | hpb | 🔦 | flashlight electric_torch
light-bulb    | tpb | 💡 | light_bulb lightbulb bulb
fire          | gb  | 🔥 | campfire bonfire hearth fireplace flames a_fire the_fire
key           | hp  | 🔑 | key
old-key       | hp  | | old_key rusty_key iron_key golden_key brass_key
locked        | g   | 🔒 | padlock
door          | l   | 🚪 | door doorway
window        | l   | 🪟 | window
mirror        | l   | 🪞 | mirror looking_glass
framed-picture| l   | 🖼️ | painting portrait framed_picture framed_photograph
mantelpiece-clock | t | 🕰️ | clock grandfather_clock
alarm-clock   | tp  | ⏰ | alarm_clock
watch         | hp  | ⌚ | wristwatch pocket_watch gold_watch
hourglass-done| tp  | ⌛ | hourglass
compass       | hp  | 🧭 | compass
world-map     | hpr | | map treasure_map
telescope     | gp  | 🔭 | telescope spyglass
microscope    | t   | 🔬 | microscope
test-tube     | tp  | | test_tube potion
crystal-ball  | t   | | crystal_ball
magnifying-glass-tilted-left| hp | | magnifying_glass
glasses       | hp  | 👓 | spectacles eyeglasses
open-book     | tpr | 📖📕📗📘📙📚 | book novel diary storybook textbook
notebook      | tpr | 📓📔📒 | notebook journal
books         | t   | | pile_of_books stack_of_books bookshelf
newspaper     | tpr | 📰🗞️ | newspaper
envelope      | hpr | ✉️📧📩📨 | letter envelope telegram letters
love-letter   | hpr | | love_letter
scroll        | hpr | 📜 | scroll parchment manuscript
page-facing-up| tpr | | sheet_of_paper piece_of_paper
pen           | hp  | 🖊️ | ballpoint a_pen the_pen
pencil        | hp  | ✏️ | pencil
feather       | hp  | 🪶 | feather quill plume
paintbrush    | hp  | 🖌️ | paintbrush
artist-palette| tp  | 🎨 | palette
package       | gp  | 📦 | parcel cardboard_box wooden_box box crate
wrapped-gift  | tp  | 🎁 | wrapped_gift gift_box birthday_present
treasure=coin | gp  | 🪙 | coin coins gold_coin
money-bag     | gp  | | moneybag bag_of_gold purse_of_gold bag_of_money sack_of_gold
gem-stone     | hp  | 💎 | gem jewel diamond emerald ruby pearl sapphire gemstone
crown         | hp  | 👑 | crown
ring          | hp  | 💍 | wedding_ring gold_ring golden_ring engagement_ring magic_ring diamond_ring
backpack      | gp  | 🎒 | backpack rucksack knapsack schoolbag
luggage       | gp  | 🧳 | suitcase luggage trunk_of_clothes portmanteau
handbag       | hp  | 👜 | handbag
basket        | gp  | 🧺 | basket
bucket        | gp  | 🪣 | bucket pail
broom         | gp  | 🧹 | broom broomstick
ladder        | g   | 🪜 | ladder
hammer        | hp  | 🔨 | hammer
axe           | hp  | 🪓 | axe hatchet
wrench        | hp  | 🔧 | wrench spanner
screwdriver   | hp  | 🪛 | screwdriver
scissors      | tp  | ✂️ | scissors
kitchen-knife | tp  | 🔪 | knife
dagger        | hp  | 🗡️ | dagger sword
crossed-swords| g   | | swords
shield        | gp  | 🛡️ | shield
bow-and-arrow | hp  | 🏹 | bow_and_arrow longbow quiver arrow
fishing-pole  | hp  | 🎣 | fishing_rod fishing_pole
hook          | g   | 🪝 | fishhook fish_hook
wheel         | g   | 🛞 | cartwheel wagon_wheel spinning_wheel ship's_wheel
knot          | g   | 🪢 | rope
chains        | g   | ⛓️ | chains
bell          | lp  | 🔔 | bell church_bell
wind-chime    | l   | | wind_chime
telephone     | tp  | ☎️📞 | telephone
mobile-phone  | hp  | 📱 | phone mobile_phone smartphone cellphone cell_phone
laptop        | t   | 💻 | laptop
desktop-computer| t | | computer desktop_computer
television    | t   | 📺 | television television_set
radio         | t   | 📻 | radio
camera        | hp  | 📷📸 | camera
movie-camera  | g   | | film_camera movie_camera
microphone    | hp  | 🎤🎙️ | microphone
guitar        | gpu | 🎸 | guitar lute sitar
violin        | gpu | 🎻 | violin fiddle
flute         | hpu | 🪈 | flute pipe_and_tabor recorder_flute bansuri
trumpet       | hpu | 🎺 | trumpet bugle
drum          | gpu | 🥁 | drum drums tabla
musical-keyboard | tu | 🎹 | piano
banjo         | gpu | 🪕 | banjo
accordion     | gpu | 🪗 | accordion
chair         | g   | 🪑 | chair stool armchair rocking_chair
couch-and-lamp| g   | 🛋️ | sofa couch settee
bed           | g   | 🛏️ | bed cot
bathtub       | g   | 🛁 | bathtub
teapot        | td  | 🫖 | teapot kettle samovar
hot-beverage  | tpd | ☕ | tea coffee cup_of_tea cup_of_coffee teacup mug cup cocoa
tumbler-glass | tpd | | glass_of_water tumbler
wine-glass    | tpd | 🍷 | wine glass_of_wine wine_glass goblet
beer-mug      | tpd | 🍺🍻 | beer ale tankard
glass-of-milk | tpd | 🥛 | milk glass_of_milk
bottle-with-popping-cork | tp | 🍾 | champagne bottle
jar           | tp  | 🫙 | jar
amphora       | gp  | 🏺 | pitcher jug vase earthen_pot urn clay_pot amphora water_pot
pot-of-food   | t   | 🍲 | stew soup cauldron porridge pot_of_soup
bread         | tpe | 🍞🥖 | bread loaf loaves loaf_of_bread
croissant     | tpe | 🥐 | croissant
cheese-wedge  | tpe | 🧀 | cheese
egg           | tpe | 🥚 | egg
meat-on-bone  | tpe | 🍖🥩 | meat piece_of_meat
bone          | gp  | 🦴 | bone
honey-pot     | tpe | 🍯 | honey honey_pot
birthday-cake | tpe | 🎂🍰 | cake birthday_cake
pie           | tpe | 🥧 | pie
cookie        | tpe | 🍪 | cookie biscuit
cooked-rice   | tpe | 🍚 | bowl_of_rice cooked_rice rice
sandwich      | tpe | 🥪 | sandwich
cucumber      | tpe | 🥒 | cucumber cucumber_sandwiches
pizza         | tpe | 🍕 | pizza
ice-cream     | hpe | 🍨🍦 | ice_cream
candy         | hpe | 🍬 | candy sweets
chocolate-bar | hpe | 🍫 | chocolate
red-apple     | tpe | 🍎🍏 | apple
grapes        | tpe | 🍇 | grapes grape bunch_of_grapes
pear          | tpe | 🍐 | pear
peach         | tpe | 🍑 | peach
cherries      | tpe | 🍒 | cherries cherry
strawberry    | tpe | 🍓 | strawberry strawberries
lemon         | tpe | 🍋 | lemon
tangerine     | tpe | 🍊 | oranges an_orange tangerine
banana        | tpe | 🍌 | banana
mango         | tpe | 🥭 | mango mangoes
watermelon    | gpe | 🍉 | watermelon
pineapple     | tpe | 🍍 | pineapple
coconut       | gpe | 🥥 | coconut
carrot        | tpe | 🥕 | carrot
potato        | tpe | 🥔 | potato potatoes
tomato        | tpe | 🍅 | tomato tomatoes
onion         | tpe | 🧅 | onion
garlic        | tpe | 🧄 | garlic
ear-of-corn   | gpe | 🌽 | corn ear_of_corn maize
mushroom      | gpe | 🍄 | mushroom toadstool
chestnut      | gpe | 🌰 | chestnut acorn walnut
jack-o-lantern| g   | 🎃 | pumpkin jack_o_lantern
salt          | tp  | | salt_cellar saltshaker
rose          | gp  | 🌹 | a_rose the_rose roses red_rose
tulip         | gp  | 🌷 | tulip
sunflower     | g   | 🌻 | sunflower
lotus         | w   | 🪷 | lotus water_lily
blossom       | gp  | 🌼🌸🌺🏵️💮 | flower flowers blossom daisy
bouquet       | hp  | 💐 | bouquet bunch_of_flowers
potted-plant  | tp  | 🪴 | potted_plant flowerpot
seedling      | gp  | 🌱 | seedling sapling sprout seed seeds
sheaf-of-rice | g   | 🌾 | sheaf wheat barley
fallen-leaf   | gp  | | fallen_leaf fallen_leaves dry_leaves autumn_leaves
deciduous-tree| g   | 🌳 | tree oak elm banyan apple_tree willow olive_tree mango_tree
evergreen-tree| g   | 🌲 | fir_tree pine_tree fir spruce
palm-tree     | g   | 🌴 | palm_tree date_palm palm_trees
cactus        | g   | 🌵 | cactus
christmas-tree| g   | 🎄 | christmas_tree
rock          | g   | 🪨 | boulder rock stone stones pebbles pebble
wood          | g   | 🪵 | firewood log logs bundle_of_sticks bundle_of_wood
nest-with-eggs| g   | 🪹 | nest
spider-web    | l   | 🕸️ | cobweb spider_web spiderweb
spiral-shell  | gp  | 🐚 | seashell sea_shell conch
full-moon     | s   | | moon full_moon
crescent-moon | s   | | crescent_moon new_moon crescent
sun           | s   | ☀️🌞 | sun
star          | s   | ⭐🌟 | evening_star morning_star pole_star a_star bright_star
shooting-star | s   | | shooting_star falling_star
comet         | s   | ☄️ | comet meteor
rainbow       | s   | 🌈 | rainbow
ringed-planet | s   | | saturn planet
house         | f   | | cottage little_house farmhouse
hut           | f   | 🛖 | hut shack
castle        | f   | 🏰 | castle fortress
tent          | f   | ⛺ | tent
church        | f   | ⛪ | church chapel
mosque        | f   | 🕌 | mosque minaret
hindu-temple  | f   | | hindu_temple
statue-of-liberty| f | | statue_of_liberty
moai          | g   | 🗿 | statue idol
fountain      | g   | ⛲ | a_fountain the_fountain
volcano       | f   | 🌋 | volcano
mountain      | f   | ⛰️🏔️ | distant_mountain
windmill=factory| f | | factory
headstone     | g   | 🪦 | gravestone headstone tombstone grave
coffin        | g   | ⚰️ | coffin
skull         | gp  | 💀☠️ | skull
teddy-bear    | gp  | 🧸 | teddy_bear teddy
doll=nesting-dolls| gp | | doll puppet
soccer-ball   | gp  | | football soccer_ball a_ball the_ball red_ball
game-die      | tp  | 🎲 | dice
chess-pawn    | tp  | ♟️ | chess chessboard chess_set
joker         | tp  | 🃏 | playing_cards pack_of_cards
puzzle-piece  | tp  | | jigsaw
magic-wand    | hp  | 🪄 | magic_wand wand
trophy        | tp  | 🏆 | trophy
sled          | g   | 🛷 | sled sledge toboggan
skis          | g   | 🎿 | skis
top-hat       | hp  | 🎩 | top_hat
womans-hat    | hp  | | straw_hat sunhat
military-helmet| hp | | helmet
mans-shoe     | gp  | | shoe shoes
womans-boot   | gp  | | boots
high-heeled-shoe| gp | | slipper glass_slipper
thread        | tp  | 🧵 | thread spool
yarn          | tp  | 🧶 | yarn ball_of_wool
sewing-needle | hp  | 🪡 | needle
prayer-beads  | hp  | 📿 | rosary prayer_beads
pill          | tp  | 💊 | pills
stethoscope   | hp  | 🩺 | stethoscope
syringe       | tp  | 💉 | syringe
bomb          | gp  | 💣 | bomb grenade
firecracker   | gp  | 🧨 | firecracker dynamite
fireworks     | s   | 🎆🎇 | fireworks
ticket        | hp  | 🎫🎟️ | ticket
toolbox       | gp  | 🧰 | toolbox
magnet        | hp  | 🧲 | magnet
gear          | t   | ⚙️ | cogwheel gearwheel gears
battery       | tp  | 🔋 | battery
shopping-cart | g   | | shopping_cart
bench=seat    | g   | | train_seat
cross=latin-cross | l | ✝️ | crucifix
"""
_MARKS = {"c", "m", "p", "e", "d", "r", "u", "b"}


@dataclass(frozen=True)
class Concept:
    """Something that can be shown, by its drawing."""

    drawing: str
    spot: sb.Spot.ValueType
    marks: frozenset[str]
    emoji: tuple[str, ...]
    english: tuple[str, ...]

    @property
    def creature(self) -> bool:
        """An animal, or what acts like one: it can be a character."""
        return "c" in self.marks

    @property
    def moves(self) -> bool:
        """It is alive or goes by itself."""
        return "m" in self.marks

    @property
    def portable(self) -> bool:
        """It can be held in a hand."""
        return "p" in self.marks


@cache
def concepts() -> tuple[Concept, ...]:
    """All of them, in a fixed order."""
    return tuple(_concept(line) for line in _TABLE.strip().splitlines())


def _concept(line: str) -> Concept:
    name, marks, emoji, words = (part.strip() for part in line.split("|"))
    drawing = name.split("=")[-1]
    # What lies in a hand when held stands on the table when nobody holds it.
    spot = _SPOTS.get(marks[0], sb.SPOT_TABLE)
    return Concept(drawing, spot, frozenset(marks[1:]) & _MARKS, tuple(_split(emoji)), tuple(words.split()))


def _split(emoji: str) -> list[str]:
    """The emoji of a run, with what joins them and what selects their look kept together."""
    found: list[str] = []
    for char in emoji:
        if found and (char in "\u200d\ufe0f" or found[-1].endswith("\u200d")):
            found[-1] += char
        else:
            found.append(char)
    return found
