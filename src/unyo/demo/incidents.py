"""What the demonstration's incidents are about."""

from collections.abc import Iterator
from typing import Final

from unyo.cast import NETWORKS, SERVERS

from .scenarios import Scenario

# priority, node, title, the monitoring's message, related system, classification of the cause, cause, notes
_Row = tuple[str, str, str, str, str, str, str, tuple[str, ...]]

# fmt: off
# ruff: noqa: E501 - one row an incident, so that the rows can be compared
_HARDWARE: tuple[_Row, ...] = (
    ("高", "db-tokyo-01", "データベースサーバのディスク故障", "RAID degraded: slot 3 failed", "受発注システム", "故障", "スロット3の物理ディスクが故障したため。", ("保守ベンダへ連絡し、交換部品の手配を依頼した。", "スロット3のディスクを交換し、リビルドを開始した。", "リビルド完了を確認した。縮退は解消している。")),
    ("高", "st-osaka-01", "ストレージ応答遅延", "latency 180ms > 50ms (lun07)", "会計システム", "故障", "コントローラBのキャッシュ電池が劣化し、ライトスルーになったため。", ("業務影響を確認中。会計システムの登録が遅い。", "コントローラBのキャッシュが無効になっている。", "電池を交換し、応答時間が5ms台に戻った。")),
    ("中", "app-tokyo-03", "冗長電源の片系停止", "PSU2 input lost", "社内ポータル", "故障", "電源ユニット2の故障のため。", ("片系で稼働を継続していることを確認した。", "電源ケーブルと分電盤に異常はない。", "電源ユニット2を交換し、両系に復帰した。")),
    ("中", "esx-tokyo-05", "筐体温度の上昇", "inlet temperature 38C\nfan4 speed 0rpm", "仮想基盤", "故障", "ファン4の停止により吸気温度が上昇したため。", ("空調に異常がないことを現地で確認した。", "ファン4が停止している。", "ファンを交換し、24℃まで下がった。")),
    ("低", "ups-tokyo-02", "UPSバッテリ交換時期の警告", "battery replace soon", "データセンタ設備", "その他", "設置から5年が経過したため。", ("交換時期の警告であり、給電に影響はない。", "交換用バッテリの在庫を確認した。", "バッテリを交換し、自己診断に合格した。")),
    ("高", "esx-osaka-02", "仮想ホストの停止", "host not responding", "仮想基盤", "故障", "メモリモジュールの訂正不能エラーのため。", ("HAにより仮想マシン14台が別ホストで起動した。", "ハードウェアログにメモリエラーがある。", "メモリを交換し、ホストをクラスタへ戻した。")),
    ("中", "bk-tokyo-01", "バックアップ用テープ装置の異常", "drive 2: cleaning failed", "バックアップ", "故障", "テープドライブ2のヘッド不良のため。", ("ドライブ1のみでバックアップを継続した。", "クリーニングを再実行したが失敗した。", "ドライブ2を交換し、試験書き込みに成功した。")),
)
_SERVERS: tuple[_Row, ...] = (
    ("高", "web-tokyo-01", "CPU使用率 95% 超過", "cpu usage 97% for 10 min", "ECサイト", "性能不足", "キャンペーン開始により想定の3倍の閲覧があったため。", ("アクセスログで閲覧の急増を確認した。", "Webサーバを2台増設した。", "CPU使用率が40%台に下がった。")),
    ("高", "app-tokyo-01", "メモリ使用率 95% 超過", "memory usage 95%", "受発注システム", "性能不足", "夜間バッチが想定を超えるメモリを確保したため。", ("対象プロセスを特定した。", "バッチを停止し、使用率が50%に下がった。", "バッチのメモリ上限を設定した。")),
    ("中", "log-tokyo-01", "ログ領域の使用率 90% 超過", "filesystem /var/log is 91% used", "ログ基盤", "設定誤り", "ログローテーションの対象から漏れたファイルがあったため。", ("増加しているファイルを特定した。", "古いログを圧縮し、70%に下がった。", "ローテーション設定を修正した。")),
    ("中", "ntp-tokyo-01", "時刻同期のずれ", "offset 1.8s > 0.5s", "共通基盤", "設定誤り", "上位NTPサーバの変更が反映されていなかったため。", ("影響するサーバを洗い出した。", "上位サーバの参照先が古い。", "設定を修正し、ずれが10ms以内になった。")),
    ("低", "mon-tokyo-02", "監視エージェントの停止", "agent not reporting for 15 min", "監視基盤", "その他", "OSのメモリ回収によりエージェントが終了したため。", ("サーバは正常に稼働している。", "エージェントを再起動した。", "監視の再開を確認した。")),
    ("高", "ad-tokyo-01", "認証サーバのレプリケーション失敗", "replication error 8453", "共通認証", "設定誤り", "サイト間の通信許可が片方向のみだったため。", ("認証は継続できていることを確認した。", "ファイアウォールの拒否ログを確認した。", "通信許可を追加し、同期が完了した。")),
    ("中", "prt-tokyo-01", "帳票サーバの印刷待ち滞留", "print queue 420 jobs", "帳票システム", "その他", "不正な形式の印刷データが先頭で停止していたため。", ("印刷待ちの先頭ジョブを確認した。", "該当ジョブを削除した。", "滞留の解消を確認した。")),
)
_APPLICATIONS: tuple[_Row, ...] = (
    ("高", "web-osaka-02", "HTTP 5xx の増加", "5xx rate 12% (5 min)", "ECサイト", "設定誤り", "新しい版の設定で接続先のポートが誤っていたため。", ("直前のリリースとの関連を調査した。", "前の版へ戻し、エラーが収束した。", "設定を修正した版を再リリースした。")),
    ("高", "db-tokyo-02", "データベースのデッドロック多発", "deadlocks 35/min", "会計システム", "その他", "月次処理と照会処理の更新順序が異なっていたため。", ("デッドロックの組み合わせを採取した。", "月次処理を一時停止した。", "更新順序を統一した修正を適用した。")),
    ("中", "db-osaka-02", "レプリケーション遅延", "replica lag 620s", "受発注システム", "性能不足", "大量更新バッチによりリプレイが追いつかなかったため。", ("遅延が増加中であることを確認した。", "バッチの実行間隔を広げた。", "遅延が1秒以内に戻った。")),
    ("中", "batch-tokyo-01", "夜間バッチの遅延", "job NIGHTLY-040 overrun 45 min", "人事給与システム", "性能不足", "対象件数の増加により索引のない検索が遅くなったため。", ("後続ジョブへの影響を確認した。", "実行計画を取得した。", "索引を追加し、所要時間が12分になった。")),
    ("中", "mail-tokyo-01", "メールキューの滞留", "queue length 5200", "メールゲートウェイ", "その他", "宛先ドメインが一時的に受信を制限していたため。", ("滞留の宛先を集計した。", "送信間隔を調整した。", "キューの解消を確認した。")),
    ("高", "api-tokyo-02", "証明書の有効期限切れ間近", "certificate expires in 3 days\nCN=api.example.jp", "API基盤", "その他", "更新作業の予定が登録されていなかったため。", ("更新用のCSRを作成した。", "新しい証明書を検証環境に配置した。", "本番へ配置し、有効期限を確認した。")),
    ("低", "lic-tokyo-01", "ライセンス数の残りわずか", "licenses 98/100 used", "帳票システム", "その他", "退職者のアカウントが解放されていなかったため。", ("使用者の一覧を取得した。", "退職者のアカウントを解放した。", "使用数が84になった。")),
    ("高", "job-tokyo-01", "ジョブスケジューラの停止", "scheduler heartbeat lost", "ジョブ基盤", "その他", "管理用データベースへの接続が枯渇したため。", ("待機系へ切り替えた。", "接続が解放されていないことを確認した。", "修正版を適用し、現用系へ戻した。")),
    ("中", "pod-tokyo-03", "コンテナの再起動の繰り返し", "restart count 14 (OOMKilled)", "在庫照会", "性能不足", "割り当てメモリの上限が不足していたため。", ("直前のログを採取した。", "メモリの上限を1GiBに変更した。", "再起動の停止を確認した。")),
    ("低", "ftp-osaka-01", "取引先へのファイル転送失敗", "transfer failed: 530 login incorrect", "EDI", "設定誤り", "取引先のパスワード変更が未反映だったため。", ("取引先の担当者へ確認した。", "新しい認証情報を設定した。", "再送に成功した。")),
    ("中", "bk-tokyo-02", "バックアップジョブの失敗", "job BK-DAILY-07 failed: snapshot timeout", "バックアップ", "性能不足", "スナップショットの取得と夜間バッチが重なったため。", ("前日分が正常であることを確認した。", "手動で再実行し、成功した。", "開始時刻を1時間遅らせた。")),
    ("高", "auth-tokyo-01", "ログイン失敗の急増", "login failures 480/min\nsource 203.0.113.24", "会員サイト", "その他", "外部からの総当たりによるログイン試行のため。", ("送信元アドレスを遮断した。", "成功したログインがないことを確認した。", "試行回数の制限を強化した。")),
)
_NETWORKS: tuple[_Row, ...] = (
    ("高", "rt-tokyo-01", "回線断", "interface ge-0/0/1 down", "広域網", "故障", "回線事業者の装置故障のため。", ("予備回線への切り替わりを確認した。", "回線事業者へ調査を依頼した。", "主回線の復旧後、切り戻した。")),
    ("高", "rt-osaka-01", "BGPピアの断", "bgp peer 192.0.2.1 idle", "インターネット接続", "設定誤り", "認証鍵の更新が片側のみだったため。", ("迂回経路での通信を確認した。", "ピアの認証エラーを確認した。", "鍵を合わせ、ピアが確立した。")),
    ("中", "fw-tokyo-01", "セッション数の上限接近", "sessions 92% of limit", "インターネット接続", "性能不足", "特定端末からの短時間の大量接続のため。", ("接続の多い端末を特定した。", "該当端末を隔離した。", "使用率が35%に下がった。")),
    ("中", "lb-tokyo-01", "ヘルスチェックの失敗", "pool web: 1 of 4 members down", "ECサイト", "設定誤り", "ヘルスチェック用のページが削除されていたため。", ("残り3台でサービスを継続している。", "該当サーバの応答が404である。", "ページを戻し、4台構成に復帰した。")),
    ("中", "dns-tokyo-01", "名前解決の遅延", "query time 2400ms", "共通基盤", "性能不足", "応答しない上位サーバへの問い合わせが続いたため。", ("影響範囲を確認した。", "上位サーバの一つが無応答である。", "参照先から外し、応答が正常になった。")),
    ("低", "dhcp-tokyo-01", "アドレスの残りわずか", "pool 10F: 96% leased", "執務室LAN", "設定誤り", "リース期間が長く、来客端末が解放されなかったため。", ("リースの一覧を取得した。", "リース期間を4時間に変更した。", "使用率が58%に下がった。")),
    ("高", "vpn-tokyo-01", "VPN接続の失敗", "ike negotiation failed 140/min", "リモートアクセス", "故障", "暗号処理モジュールの異常のため。", ("予備機へ切り替え、接続を確認した。", "現用機のログを採取した。", "モジュールを交換し、切り戻した。")),
    ("高", "edge-tokyo-01", "外部からの大量通信", "inbound 4.2Gbps\ntarget 198.51.100.10", "会員サイト", "その他", "外部からのDDoS攻撃のため。", ("上位事業者へ遮断を依頼した。", "通信量が平常時に戻った。", "24時間の経過観察を終了した。")),
)
# fmt: on


def _scenarios() -> Iterator[Scenario]:
    """The rows of all fields in turn, so that any stretch of them is mixed."""
    fields = (("HW障害", _HARDWARE), ("その他", _SERVERS), ("アプリ障害", _APPLICATIONS), ("その他", _NETWORKS))
    rows = [(place / len(rows), category, row) for category, rows in fields for place, row in enumerate(rows)]
    for number, (_, category, row) in enumerate(sorted(rows, key=lambda each: each[0])):
        yield _scenario(number, category, row)


def _scenario(number: int, category: str, row: _Row) -> Scenario:
    priority, node, title, message, system, cause_class, cause, notes = row
    group = "制限しない"
    if number % 5 == 0:  # some are shown to their own group only
        group = SERVERS if row in (*_HARDWARE, *_SERVERS) else NETWORKS if row in _NETWORKS else group
    values = {
        "Importance": priority,
        "ManagementGroupId": group,
        "Category": category,
        "Impact": "有" if priority == "高" else "無",
        "Influence": f"{system}の利用者" if priority == "高" else "",
        "NodeName": node,
        "EventId": str(41_000 + number * 37),
        "DetectionMessage": f"{node}: {message}",
        "RelatedSystem": system,
        "RelatedCI": f"システム名称:{system}\nノード:{node}",
    }
    return Scenario(f"{node} {title}", priority, values, notes, {"CauseClassification": cause_class, "Cause": cause})


INCIDENTS: Final[tuple[Scenario, ...]] = tuple(_scenarios())
