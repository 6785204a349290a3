"""The demo's words: names of cameras, and what its dashboard says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What is said in one language."""

    names: tuple[str, str, str, str]
    cameras: str
    welcome: str
    last_photo: str
    keep_photo: str
    speaker: str
    chime: str
    phrases: tuple[str, ...]  # as the integration's option takes them: name = what is said


WORDS = {
    "en": Words(
        names=("Shop", "Corridor", "Yard", "Laundry"),
        cameras="Cameras",
        welcome="The cameras are simulated: [the platform's page]({platform}) shows what each of "
        "them does and hears, and can make trouble. One more camera, `{serial}`, waits there to be "
        "[added](/config/integrations/integration/sodalife).",
        last_photo="Last photo",
        keep_photo="Keep a photo",
        speaker="Speaker",
        chime="Play a chime",
        phrases=("Welcome!", "Closing = We close in ten minutes.", "Parcel = Please leave it."),
    ),
    "zh-Hans": Words(
        names=("店铺", "走廊", "院子", "洗衣房"),
        cameras="摄像机",
        welcome="这里的摄像机都是模拟的：[平台页面]({platform})会显示每台摄像机的动作和收到的声音，"
        "也可以制造故障。另有一台摄像机 `{serial}` 等待"
        "[添加](/config/integrations/integration/sodalife)。",
        last_photo="最近抓拍",
        keep_photo="保存抓拍",
        speaker="扬声器",
        chime="播放铃声",
        phrases=("欢迎光临！", "打烊 = 本店十分钟后打烊。", "快递 = 快递请放在这里。"),
    ),
    "zh-Hant": Words(
        names=("店面", "走廊", "庭院", "洗衣間"),
        cameras="攝影機",
        welcome="這裡的攝影機都是模擬的：[平台頁面]({platform})會顯示每台攝影機的動作和收到的聲音，"
        "也可以製造故障。另有一台攝影機 `{serial}` 等待"
        "[新增](/config/integrations/integration/sodalife)。",
        last_photo="最近一張照片",
        keep_photo="儲存照片",
        speaker="揚聲器",
        chime="播放鈴聲",
        phrases=("歡迎光臨！", "打烊 = 本店十分鐘後打烊。", "包裹 = 包裹請放在這裡。"),
    ),
}
