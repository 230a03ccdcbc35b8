"""Short names and pinyin."""

import pytest

from civic.areas import names


@pytest.mark.parametrize(
    ("official", "short"),
    [
        ("桐花社区居委会", "桐花社区"),
        ("桐花社区居民委员会", "桐花社区"),
        ("辽河社区居民居委会", "辽河社区"),
        ("中兴居民社区委员会", "中兴社区"),
        ("尚德社区居民委员", "尚德社区"),
        ("张庄村委会", "张庄村"),
        ("张庄村民委员会", "张庄村"),
        ("张庄村村民委员会", "张庄村"),
        ("丁村村委会", "丁村"),
        ("一村村委会", "一村"),
        ("渔村村委会", "渔村"),
        ("魏村村村民委员会", "魏村"),
        ("长兴新村村委会", "长兴新村"),
        ("王村居委会", "王村"),
        ("东苑社区村委会", "东苑社区"),
        ("广利港居委会", "广利港"),
        ("商贸城居民委员会", "商贸城"),
        ("胜利油田锦霞类似居委会", "胜利油田锦霞"),
        ("东港类似居民委员会", "东港"),
        ("东营商贸园虚拟社区", "东营商贸园虚拟社区"),
        ("东营市现代畜牧业示范区虚拟生活区", "东营市现代畜牧业示范区虚拟生活区"),
        ("一分场坡庄村生活区", "一分场坡庄村生活区"),
        ("乐安街道同和社区", "乐安街道同和社区"),
        ("巴彦嘎查村民委员会", "巴彦嘎查"),
        ("居委会", "居委会"),
        ("社区居委会", "社区居委会"),
        ("村委会", "村委会"),
        ("类似居委会", "类似居委会"),
    ],
)
def test_a_community_is_called_as_people_call_it(official: str, short: str) -> None:
    assert names.short_name(official, "community") == short


@pytest.mark.parametrize("name", ["垦利区", "柳湾街道", "苇塘类似乡级单位", "经济开发区直属乡镇", "三里村委会"])
def test_areas_above_communities_keep_their_names(name: str) -> None:
    assert names.short_name(name, "subdistrict") == name


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("东营社区居委会", "dongyingshequ", "dysq"),
        ("垦利街道", "kenlijiedao", "kljd"),
        ("广饶县", "guangraoxian", "grx"),
        ("乐安街道", "leanjiedao", "lajd"),
        ("单家村村民委员会", "shanjiacun", "sjc"),
        ("单一村村民委员会", "shanyicun", "syc"),
        ("开发区类似乡级单位", "kaifaquleisixiangjidanwei", "kfqlsxjdw"),
        ("解家村委会", "xiejiacun", "xjc"),
        ("解放社区居委会", "jiefangshequ", "jfsq"),
        ("翟家村村民委员会", "zhaijiacun", "zjc"),
        ("缪道村委会", "miaodaocun", "mdc"),
        ("卧佛村委会", "wofocun", "wfc"),
        ("巷道村委会", "xiangdaocun", "xdc"),
        ("毕家咀村委会", "bijiazuicun", "bjzc"),
        ("长行村委会", "changxingcun", "cxc"),
        ("朝阳社区居委会", "chaoyangshequ", "cysq"),
        ("吕家村委会", "lvjiacun", "ljc"),
        ("101社区居委会", "101shequ", "101sq"),
        ("绿洲A区居委会", "lvzhouaqu", "lzaq"),
        ("锦绣·华庭社区居委会", "jinxiuhuatingshequ", "jxhtsq"),
    ],
)
def test_pinyin_reads_as_the_place_is_called(name: str, pinyin: str, initials: str) -> None:
    level = "subdistrict" if name.endswith(("街道", "单位")) else "community"
    assert names.spell(name, level)[1:] == (pinyin, initials)


@pytest.mark.parametrize(
    ("text", "letters"),
    [("Ken Li", "kenli"), ("xi'an", "xian"), ("dōng yíng", "dongying"), ("lǚjiā", "lvjia"), ("%_", ""), ("垦利", "")],
)
def test_typed_pinyin_is_brought_to_the_stored_form(text: str, letters: str) -> None:
    assert names.typed(text) == letters
