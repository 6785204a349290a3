"""Every error code the platform is known to answer with, and its text.

The first part is the vendor's own table. The second part are EZVIZ codes that SodaLife passes
through without listing them.
"""

from __future__ import annotations

from typing import Final

GENERAL: Final = {
    "INTERNAL_SERVER_ERROR": "服务内部异常",
    "TEMPORARILY_UNAVAILABLE": "服务暂时无法访问",
    "TOO_MANY_REQUESTS": "请求频率过高",
    "NOT_FOUND": "找不到服务",
    "INVALID_RESOURCE": "资源无效",
    "INVALID_REQUEST": "请求不合法",
    "UNAUTHORIZED_CLIENT": "应用未有权限做该操作",
    "ACCESS_DENIED": "用户或授权服务器拒绝授予数据访问权限",
    "LOCKED": "资源已被锁定",
    "GONE": "资源已失效",
    "CANCELLED": "操作已被取消",
    "COMPLETED": "操作已被完成",
    "UNAUTHORIZED": "当前会话无效",
    "UNAUTHORIZED_USER": "当前会话用户无效",
    "EXTERNAL_SERVER_ERROR": "外部服务异常",
}

AUTHORISATION: Final = {
    "INVALID_CLIENT": "client_id或client_secret参数无效",
    "INVALID_GRANT": "提供的AccessGrant是无效的、过期的或已撤销的",
    "INVALID_SCOPE": "请求的scope无效",
    "INVALID_REDIRECT_URI": "提供的重定向地址与白名单不匹配",
    "UNSUPPORTED_RESPONSE_TYPE": "不支持的ResponseType",
    "UNSUPPORTED_GRANT_TYPE": "不支持的GrantType",
}

VIDEO: Final = {
    "10001": "参数错误",
    "10002": "access_token异常或过期",
    "10005": "appKey异常",
    "10051": "无权限进行抓图",
    "20002": "设备不存在",
    "20006": "网络异常",
    "20007": "设备不在线",
    "20008": "设备响应超时",
    "20014": "device_serial不合法",
    "49999": "数据异常",
    "60000": "设备不支持云台控制",
    "60001": "用户无云台控制权限",
    "60006": "云台当前操作失败",
    "60009": "正在调用预置点",
    "60017": "设备抓图失败",
    "60020": "不支持该命令",
    "111001": "语音文件格式错误",
    "111002": "语音文件时长不合法",
    "111003": "语音文件上传失败",
    "111004": "语音文件转换失败",
    "111005": "语音文件时长获取失败",
    "111006": "语音文件列表获取失败",
    "111007": "下发的语音文件URL不存在",
    "111008": "参数错误，语音文件不能为空",
    "111009": "参数错误，语音文件URL不能为空",
    "111010": "参数错误，设备序列号不能为空",
}

PASSED_THROUGH: Final = {
    "9048": "免费版并发数达到上限",
    "9049": "带宽达到上限",
    "10007": "调用次数达到上限",
    "10026": "设备数量超出个人版限制",
    "10028": "抓图接口日调用次数超出限制",
    "10029": "PTZ接口调用次数超出限制",
    "10031": "子账户或萤石用户没有权限",
    "20001": "通道不存在",
    "20015": "设备不支持该功能",
    "20018": "该用户不拥有该设备",
    "20032": "该用户下通道不存在",
    "60002": "云台旋转达到上限位",
    "60003": "云台旋转达到下限位",
    "60004": "云台旋转达到左限位",
    "60005": "云台旋转达到右限位",
    "60007": "预置点个数超过最大值",
    "60008": "预置点个数已达上限",
    "60010": "该预置点已经是当前位置",
    "60011": "预置点不存在",
    "60012": "未知错误",
    "60019": "设备已开启视频加密",
    "60026": "设备处于隐私遮蔽状态",
    "60058": "设备存在高风险需要确权",
    "111011": "语音下发失败",
    "111012": "设备正在对讲中",
}

CODES: Final = GENERAL | AUTHORISATION | VIDEO | PASSED_THROUGH

# Answered before the device is asked anything, so they do not start its 4 s anew.
NEVER_REACHED_DEVICE: Final = frozenset(
    {"TOO_MANY_REQUESTS", "NOT_FOUND", "INVALID_REQUEST", "LOCKED", "ACCESS_DENIED"}
    | {"UNAUTHORIZED", "UNAUTHORIZED_USER", "UNAUTHORIZED_CLIENT", *AUTHORISATION}
    | {"10001", "10002", "10005", "10051", "20002", "20014", "20018", "60006"}
    | {"111001", "111003", "111008", "111010"},
)


class PlatformError(Exception):
    """The platform refuses: a code of the table and its text."""

    def __init__(self, code: str, description: str | None = None) -> None:
        """Take the text from the table unless another one is given."""
        super().__init__(code)
        self.code = code
        self.description = CODES.get(code, "未知错误") if description is None else description
