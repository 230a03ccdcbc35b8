"""What the people of the demo city call themselves. Nobody here exists."""

from random import Random

_FAMILY = (
    "周李王陈刘赵吴郑孙胡林郭何高罗梁宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余杜叶"
    "程魏苏吕丁卢姚沈钟姜崔谭陆范汪金贾夏方邹熊白孟秦邱侯尹薛"
)
_FORMS = ("老{}", "小{}", "{}姐", "{}师傅", "{}阿姨", "{}老师", "{}叔", "{}婶", "{}大姐", "阿{}", "{}伯", "{}奶奶")
# fmt: off
_CHOSEN = (
    "白露", "谷雨", "半夏", "青苔", "晚风", "听雨", "橘子", "麦子", "石头", "阿福", "米粒", "木棉", "海棠", "山楂",
    "野菊", "初七", "南枝", "远山", "灯下", "一叶", "禾苗", "春生", "秋水", "冬至", "早起的鸟", "慢慢走", "爱种花",
    "修车的", "补鞋匠", "楼下小卖部", "七号楼", "三单元", "二楼的猫", "遛狗的人", "钓鱼不吃鱼", "晒被子", "骑车上班",
    "夜班司机", "写字的人", "拉二胡", "跳操去", "豆腐坊", "菜园子", "一碗面", "老槐树", "站台", "红砖", "放风筝",
    "修钟的", "裁缝铺", "小院", "井水", "竹篮", "瓦片", "灯芯草", "蒲公英", "柿子", "板栗", "荞麦", "芝麻", "桑葚",
    "枇杷", "杨梅", "石榴", "葫芦", "丝瓜", "豌豆", "莲蓬", "菱角", "茨菰", "艾草", "薄荷", "紫苏", "茴香", "糯米",
    "小雪", "立夏", "芒种", "霜降", "惊蛰", "Lily", "阿May", "Tom在路上", "大力", "安静", "不着急", "有空就来",
    "第五街", "云朵", "北斗", "江风", "渔火", "归燕", "布谷", "喜鹊", "白鹭", "蜻蜓", "萤火", "露水", "炊烟",
)
# fmt: on


def nicknames(rng: Random, count: int) -> list[str]:
    """Different nicknames in a mixed order; after some seven hundred a figure is added."""
    formed = [form.format(family) for family in _FAMILY for form in _FORMS]
    rng.shuffle(formed)
    chosen = list(_CHOSEN)
    rng.shuffle(chosen)
    pool = _mixed(chosen, formed)
    return [pool[place % len(pool)] + str(place // len(pool) or "") for place in range(count)]


def _mixed(few: list[str], many: list[str]) -> list[str]:
    """Two of the many, then one of the few, as long as there are any."""
    mixed: list[str] = []
    left = iter(few)
    for place, name in enumerate(many):
        mixed.append(name)
        if place % 2 and (other := next(left, None)):
            mixed.append(other)
    return mixed
