"""Three invented localities, one for each shipped pack: their units and people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitSpec:
    key: str
    name: str
    short: str
    kind: str
    head: str
    liaison: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Locality:
    """`{city}` in a name stands for the city's."""

    key: str
    pack: str
    city: str
    prefix: str
    masthead: str
    leaders: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    office: tuple[str, str, str]
    sections: tuple[tuple[str, str, str], ...]
    units: tuple[UnitSpec, ...]


CHANGPING = Locality(
    key="cp",
    pack="changzhi-2022",
    city="长平市",
    prefix="长政督",
    masthead="长平督查",
    leaders=(
        ("shizhang", "市长", "郑国安", ()),
        ("fu1", "副市长", "林涛", ("fgw", "czj", "gxj", "kfq")),
        ("fu2", "副市长", "孟庆华", ("zjj", "zrj", "slj", "hbj", "cdq")),
        ("fu3", "副市长", "沈月", ("jyj", "wjw", "rsj", "mzj", "xhx")),
        ("mishuzhang", "秘书长", "方正", ()),
    ),
    office=("高远", "周敏", "督查室"),
    sections=(
        ("mi1", "秘书一科", "陈静"),
        ("mi2", "秘书二科", "何川"),
        ("mi3", "秘书三科", "罗芸"),
    ),
    units=(
        UnitSpec(
            "fgw",
            "{city}发展和改革委员会",
            "市发展改革委",
            "department",
            "赵立新",
            "钱蕾",
            ("市发改委",),
        ),
        UnitSpec("czj", "{city}财政局", "市财政局", "department", "李振邦", "吴倩"),
        UnitSpec("gxj", "{city}工业和信息化局", "市工信局", "department", "冯国栋", "卫楠"),
        UnitSpec(
            "zjj",
            "{city}住房和城乡建设局",
            "市住建局",
            "department",
            "王建国",
            "蒋雯",
            ("市住房城乡建设局",),
        ),
        UnitSpec("zrj", "{city}规划和自然资源局", "市自然资源局", "department", "韩志远", "杨柳"),
        UnitSpec("slj", "{city}水利局", "市水利局", "department", "张海峰", "朱琳"),
        UnitSpec("hbj", "{city}生态环境局", "市生态环境局", "dispatched", "秦岭", "许诺"),
        UnitSpec("jyj", "{city}教育局", "市教育局", "department", "尤文博", "施雨"),
        UnitSpec(
            "wjw",
            "{city}卫生健康委员会",
            "市卫健委",
            "department",
            "孔德明",
            "曹颖",
            ("市卫生健康委",),
        ),
        UnitSpec("rsj", "{city}人力资源和社会保障局", "市人社局", "department", "严守信", "华琪"),
        UnitSpec("mzj", "{city}民政局", "市民政局", "department", "金玉成", "魏然"),
        UnitSpec(
            "kfq", "{city}经济技术开发区管理委员会", "经开区管委会", "committee", "陶一鸣", "姜珊"
        ),
        UnitSpec("cdq", "{city}城东区人民政府", "城东区政府", "district", "戚继明", "谢婷"),
        UnitSpec("xhx", "{city}西河县人民政府", "西河县政府", "district", "邹平安", "喻晴"),
    ),
)

ANYANG = Locality(
    key="ay",
    pack="anshan-2015",
    city="鞍阳市",
    prefix="鞍政督",
    masthead="督查通报",
    leaders=(
        ("shizhang", "市长", "顾长河", ()),
        ("fu1", "副市长", "夏明哲", ("gxj", "sjj")),
        ("fu2", "副市长", "蔡文清", ("csj", "jtj", "tdq")),
        ("mishuzhang", "秘书长", "田守义", ()),
    ),
    office=("樊伟", "胡静", "督查室"),
    sections=(("mi1", "秘书一处", "凌霄"),),
    units=(
        UnitSpec("gxj", "{city}工业和信息化局", "市工信局", "department", "万里", "支援"),
        UnitSpec("sjj", "{city}审计局", "市审计局", "department", "柯岩", "管彤"),
        UnitSpec("csj", "{city}城市管理局", "市城管局", "department", "卢俊", "莫愁"),
        UnitSpec("jtj", "{city}交通运输局", "市交通局", "department", "房大成", "裘真"),
        UnitSpec("tdq", "{city}铁东区人民政府", "铁东区政府", "district", "缪刚", "干露"),
    ),
)

LANHE = Locality(
    key="lh",
    pack="lanzhou-2018",
    city="兰河市",
    prefix="兰政督",
    masthead="政务督查",
    leaders=(
        ("shizhang", "市长", "丁望", ()),
        ("fu1", "副市长", "宣和", ("swj", "scj", "ggz")),
        ("fu2", "副市长", "邓颖", ("wlj", "nyj", "qlx")),
        ("mishuzhang", "秘书长", "郁达", ()),
    ),
    office=("单弘", "杭筱", "督查室"),
    sections=(("mi1", "秘书一处", "洪波"),),
    units=(
        UnitSpec("swj", "{city}商务局", "市商务局", "department", "包容", "诸葛静"),
        UnitSpec("scj", "{city}市场监督管理局", "市市场监管局", "department", "左明", "石慧"),
        UnitSpec("wlj", "{city}文化和旅游局", "市文旅局", "department", "崔浩", "吉祥"),
        UnitSpec("nyj", "{city}农业农村局", "市农业农村局", "department", "钮文", "龚雪"),
        UnitSpec(
            "ggz", "{city}公共资源交易中心", "市公共资源交易中心", "institution", "程远", "嵇安"
        ),
        UnitSpec("qlx", "{city}清流县人民政府", "清流县政府", "district", "邢台", "滑翔"),
    ),
)

LOCALITIES = (CHANGPING, ANYANG, LANHE)
