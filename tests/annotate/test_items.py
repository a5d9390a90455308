"""What a number counts where the codebook has no name: no noun first, then the phrase and its span."""

from __future__ import annotations

import pytest

from policylab.annotate.items import find_item, find_items, strip_verbs
from policylab.annotate.quantities import find_quantities
from policylab.codebook import fold


def item(text: str) -> str:
    """The noun phrase that the first quantity of a text counts."""
    return find_item(fold(text), text, find_quantities(text)[0])[0]


@pytest.mark.parametrize("text", ["力争新增12个。", "确保完成12项。", "12个以上。", "全年实施12项，"])
def test_verbs_alone_count_nothing(text: str) -> None:
    """A number among verbs has no item."""
    assert item(text) == ""


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("新建学校3所。", "学校"),
        ("新建3所乡镇学校。", "乡镇学校"),
        ("完成3所乡镇学校建设。", "乡镇学校"),
        ("培育3家以上龙头企业，", "龙头企业"),
        ("新开工亿元以上项目30个。", "亿元以上项目"),
        ("实施30个重点项目，", "重点项目"),
        ("老旧小区改造、新增120个。", "老旧小区改造"),
        ("高标准农田建设，完成5万亩。", "高标准农田建设"),
        ("引进Ｂ类人才50名，", "Ｂ类人才"),
        ("新扩建公办小学6所。", "公办小学"),
        ("新（改、扩）建公厕6座。", "公厕"),
        ("新开通和优化公交线路6条。", "公交线路"),
        ("引进和培育紧缺人才60名。", "紧缺人才"),
        ("高标准建设标准厂房6万平方米。", "标准厂房"),
        ("再生水利用率提高6个百分点。", "再生水利用率"),
        ("新增建设用地指标600亩。", "建设用地指标"),
        ("新增设施蔬菜面积600亩。", "设施蔬菜面积"),
        ("为600名新生儿免费筛查听力。", "新生儿"),
        ("力争培训规模达到6万人次。", "培训规模"),
        ("推动60家企业向智能化转型。", "企业"),
        ("对60个村实施整治。", "村实施整治"),
        ("抓好60个整治村建设。", "整治村"),
        ("新建600个农村4G/5G基站。", "农村4G/5G基站"),
        ("一般性支出再压减6%。", "一般性支出"),
        ("当年签约项目开工60个。", "当年签约项目"),
        ("城市低保标准调整为800元/月。", "城市低保标准"),
        ("整治“断头路”6条。", "“断头路”"),
        ("在计算、种业等领域突破关键技术6项。", "关键技术"),
        ("推进25项整治任务。", "整治"),
        ("力争2023年众创空间总数达50家。", "众创空间"),
        ("新增造林6万亩。", "造林"),
        ("实施6个总投资60亿元的水利项目。", "水利项目"),
        ("加强60家化工企业的日常监管。", "化工企业"),
        ("产值10亿级企业达到6家。", "产值10亿级企业"),
        ("河东地区完成易地搬迁600人。", "易地搬迁"),
        ("主城区污水处理率稳定在95%、90%以上。", "主城区污水处理率"),
        ("培育6家营收超过6000万元的外贸企业。", "营收超过6000万元的外贸企业"),
        ("改造6条10千伏线路。", "10千伏线路"),
        ("食品加工业力争实现年产值60亿元。", "食品加工业年产值"),
        ("油菜发展到60万亩。", "油菜"),
        ("建设60个多功能运动场。", "多功能运动场"),
        ("今年要把农村低保标准提高到600元/月。", "农村低保标准"),
        ("全年为企业减负60亿元。", "企业减负"),
        ("办好为民办实事项目6件。", "为民办实事项目"),
        ("深度治理燃煤锅炉6台。", "燃煤锅炉"),
        ("加强家庭农场培育，年内发展到60家。", "家庭农场培育"),
        ("力争高新技术企业净增60家。", "高新技术企业"),
        ("草畜平衡指数降到6%以下。", "草畜平衡指数"),
        ("技术合同成交额年增长6%。", "技术合同成交额"),
        ("万元产值用水量较2020年下降6%。", "万元产值用水量"),
        ("完成省里下达任务量的60%以上。", "省里下达任务量"),
        ("改造6条支路和临河路等16条背街小巷。", "支路"),
        ("完成6个村庄污水治理和投资600万元的管网工程。", "村庄污水治理"),
        ("实施6项投资20亿元以上重大项目。", "重大项目"),
        ("除险加固6座小（2）型水库。", "小（2）型水库"),
        ("剩余贫困人口60人上半年全部脱贫。", "剩余贫困人口"),
        ("确保6个项目今年建成通车。", "项目"),
        ("创新平台60%以上由企业牵头组建。", "创新平台"),
        ("力争6家龙头企业销售收入超60亿元。", "龙头企业"),
        ("补助标准分别提高 60元和 80元。", "补助标准"),
        ("投资6亿元新改建主次干路6条。", "主次干路"),
        ("同时新增养老床位600张。", "养老床位"),
        ("完成2600人次培训计划。", "培训计划"),
        ("其他一般性支出按10%压减。", "其他一般性支出"),
        ("肉羊存栏达到6万头只。", "肉羊存栏"),
        ("基本养老保险参保率要达到96%。", "基本养老保险参保率"),
        ("低保补助标准提高幅度不低于每人每月60元。", "低保补助标准"),
        ("让企业物流成本再降6%。", "企业物流成本"),
        ("社工站100%覆盖。", "社工站"),
    ],
)
def test_the_noun_beside_the_number(text: str, phrase: str) -> None:
    """The words after the value, else those before it, without verbs, as the text writes them."""
    assert item(text) == phrase


@pytest.mark.parametrize("text", ["新建学校3所。", "新建3所乡镇学校。", "高标准农田建设，完成5万亩。"])
def test_the_span_holds_phrase_and_value(text: str) -> None:
    """The span is the shortest that holds both, inside the text."""
    quantity = find_quantities(text)[0]
    phrase, start, end = find_item(fold(text), text, quantity)
    assert phrase in text[start:end] and quantity.as_written in text[start:end]
    assert text[start:end].startswith((phrase, quantity.as_written))
    assert text[start:end].endswith((phrase, quantity.as_written))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("保障房新开工600套、基本建成300套。", "保障房"),
        ("增加奖补资金600万元，总额达到900万元。", "奖补资金"),
        ("老楼加装电梯60部，加大资金拨付力度，完成30部。", "老楼加装电梯"),
        ("总额达到900万元。", "总额"),
        ("谋划投资过6亿元项目不少于7个。", "投资过6亿元项目"),
        ("补助标准由600元提高到900元。", "补助标准"),
    ],
)
def test_the_last_number_of_a_sentence(text: str, phrase: str) -> None:
    """A bare verb or total belongs to the clause before, an amount that says which to the item, one that was to neither."""
    assert find_item(fold(text), text, find_quantities(text)[-1])[0] == phrase


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("新增医院、养老院等机构6家。", "医院、养老院等机构"),
        ("新建医院、学校6所。", "医院、学校"),
        ("新建医院、改造学校6所。", "学校"),
        ("优化环境、经营主体达到6万户。", "经营主体"),
        ("新建学校3所、医院等机构6家。", "医院等机构"),
        ("引进银行、证券等各类机构6家。", "银行、证券等各类机构"),
    ],
)
def test_a_list_that_a_word_closes_is_one_item(text: str, phrase: str) -> None:
    """A list that 等 closes or one verb opens is one item; a verb, a number or a joining word inside ends it."""
    quantity = find_quantities(text)[-1]
    assert [found[0] for found in find_items(fold(text), text, quantity)] == [phrase]


@pytest.mark.parametrize(
    ("text", "phrase", "quote"),
    [
        ("创建1个省级和6个市级示范园。", "省级示范园", "1个省级和6个市级示范园"),
        ("推进省级3个、市级60个重点项目建设。", "省级重点项目", "省级3个、市级60个重点项目"),
        ("推进省级重点项目3个、市级60个。", "省级重点项目", "省级重点项目3个"),
    ],
)
def test_a_kind_shares_the_noun_of_the_next(text: str, phrase: str, quote: str) -> None:
    """A bare 省级 or 续建 takes the noun that follows the next number, and the span holds it."""
    found, start, end = find_item(fold(text), text, find_quantities(text)[0])
    assert (found, text[start:end]) == (phrase, quote)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("镇街卫生院100%设立中医馆。", "镇街卫生院"),
        ("公共预算支出80%用于民生。", "公共预算支出"),
        ("省财政安排600万元用于乡村道路。", "乡村道路"),
        ("安排技改资金600万元支持中小企业。", "技改资金"),
        ("改造老旧小区60个并实现物业全覆盖。", "老旧小区"),
    ],
)
def test_a_clause_after_the_value_is_no_noun(text: str, phrase: str) -> None:
    """What stands before is counted; where that only pays, what the money is for."""
    assert item(text) == phrase


def test_one_value_for_each_of_a_list() -> None:
    """各 gives the value to every member; without it the list is one thing."""
    text = "新建幼儿园、养老院各3所。"
    assert [found[0] for found in find_items(fold(text), text, find_quantities(text)[0])] == ["幼儿园", "养老院"]
    text = "新建学校3所。"
    assert [found[0] for found in find_items(fold(text), text, find_quantities(text)[0])] == ["学校"]


def test_no_item_is_an_empty_list() -> None:
    """Verbs alone give no item, not an empty one."""
    text = "力争新增12个。"
    assert find_items(fold(text), text, find_quantities(text)[0]) == []


@pytest.mark.parametrize(
    ("words", "noun"),
    [
        ("新建学校", "学校"),
        ("力争新增规上企业", "规上企业"),
        ("学校", "学校"),
        ("新能源车", "新能源车"),
        ("新建", "新建"),
    ],
)
def test_verbs_are_cut_from_the_front(words: str, noun: str) -> None:
    """What is left is a noun of two characters at least; a verb alone is left as it is."""
    assert words[strip_verbs(words, 0, len(words)) :] == noun
