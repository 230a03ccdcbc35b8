"""What each kind of team is called, and what it is for."""

from flask_babel import lazy_gettext as _l

NAMES = {
    "collective": _l("青年文明号"),
    "family": _l("家庭"),
    "class": _l("班级"),
    "workplace": _l("单位"),
    "window": _l("服务窗口"),
    "volunteers": _l("志愿队"),
}
ABOUT = {
    "collective": _l("创建青年文明号的集体"),
    "family": _l("连成一家的家人，孩子也可以在里面"),
    "class": _l("学校里的一个班"),
    "workplace": _l("机关、企业、店铺"),
    "window": _l("办事大厅、银行、车站的窗口"),
    "volunteers": _l("一起做志愿服务的人"),
}
