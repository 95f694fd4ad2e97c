/**
 * Words that end a term in a Chinese claim. Lists of ours, made while reading claims of many fields; what is on none of
 * them counts as part of the term.
 */

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Always end a term that has begun. */
const HARD = words(`
  的 与 和 或 及 以及 并且 而且 并 且 之间 所述 该 上述 前述 其中 其 在于 为 是 被 将 把 由所述 均 分别 依次 然后 从而 使得 通过 根据 基于 按照
  用于 位于 设于 置于 处于 对应 相对 沿 朝向 朝 经过 经由 以便 以使 使 若 当 时 后 之后 之前 前 大于 小于 等于 不大于 不小于 高于 低于 不超过 超过
  包括 包含 具有 设有 设置 开设 装有 带有 含有 留有 套设 套接 可拆卸 可转动 可滑动 可旋转 可移动 可相对 能够 可以 相连 相接 相通 相配 相邻
  相互 彼此 至少 还 也 都 仅 只 再 先 又 进一步 由 从 向 对 以 于 在 至 到 每 各`);

/** Verbs: they end a term, or begin a word such as 连接件 with one of TAILS behind them. */
const VERBS = words(`
  连接 固定 安装 驱动 转动 旋转 滑动 移动 支撑 支承 固接 铰接 焊接 螺接 卡接 抵接 抵靠 贴合 贯穿 穿过 穿设 延伸 形成 构成 组成 配置 布置 接收 发送
  获取 输出 输入 检测 测量 采集 控制 计算 确定 判断 生成 存储 传输 传递 传送 提供 执行 处理 加热 冷却 混合 搅拌 过滤 分离 干燥 喷射 喷洒 夹持 夹紧
  推动 带动 牵引 压紧 挤压 密封 容纳 覆盖 包覆 包裹 环绕 围绕 连通 导通 电连接 通信连接 耦合 耦接 啮合 配合 嵌入 嵌设 插入 插接 插设 伸入 伸出 凸出
  突出 凹陷 弯曲 倾斜 平行 垂直 间隔 间距 排列 分布 围成 限定 限位 定位 调节 调整 改变 增大 减小 升高 降低 升降 打开 关闭 开启 闭合 切换 触发 响应
  发出 反射 照射 吸收 吸附 释放 排出 进入 流入 流出 流经 循环 收集 回收 输送 送入 导入 引导 导向 承载 放置 存放 悬挂 吊装 粘接 粘贴 涂覆 涂布 沉积
  蚀刻 成型 加工 制备 制成 采用 选自 选择 满足 符合 实现 完成 进行 开始 停止 启动 运行 工作 判定 识别 比较 匹配 更新 显示 播放 拍摄 扫描 读取 写入
  发射 调用 访问 请求 返回 上传 下载 登录 加密 解密 编码 解码 训练 预测 分类 分割 提取 融合 拼接 归一化 添加 加入 滴加 溶解 溶于 反应 升温 降温
  保温 静置 离心 洗涤 研磨 烧结 煅烧 浸渍 发酵 灭菌 接种 培养 收缩 膨胀 伸缩 弹性 往复 摆动 振动 翻转 倒置 朝下 朝上 呈 占 达到 达 指向 面向 面对 背离
  靠近 远离 邻近 接触 隔开 分隔 隔离 封闭 封堵 遮挡 限制 防止 避免 抑制 促进 提高 保证 确保 允许 适于 适配 卡合 卡设 扣合 锁紧 锁定 紧固 拧紧 缠绕
  卷绕 绕设 绕 盖设 盖合 罩设 架设 搭接 对接 衔接 交叉 重叠 层叠 叠加 串联 并联 接地 供电 充电 放电 通电 断电 供给 供应 施加 作用 感应 产生 转换 转化 变换
  划分 分散 流延 蒸发 浸渍 计数 枢转 铺设 拉紧 拉动 缺失 浸出 浸入 浸有 压入 压向 压紧 套入 送风 供油 供水 测得 得到 利用 借助 磨损 缩回 出现 报告 归零 推进 行驶 打标 偏转 润滑 下沉 切断 减去 录制 转换为 锻入 外包 构建 建立 标记 记录 统计 累计 上报 推送 通知 提示 报警 监测 监控 远程 开口 朝外 朝内`);

/** Make a noun of the verb before them. */
const TAILS =
  '件板杆部管轴器座头端块环孔线臂架柱片口槽台体套盘筒带销壁层轮机泵阀罐室箱炉槽仓斗网膜布剂液料油气缸丝绳索链齿轨道路区域面角点框梁爪钳刀模具舱门窗盖帽垫圈栓钉螺弹簧电信号指令数据模块单元装置系统组装机构设备终端程序时间温度压力速度距离参数结果图像信息值量率比位组腔源';

/** Parts and measures that whoever names a thing names of it; a term ends before them. */
const INHERENT = words(`
  内部 外部 内侧 外侧 内壁 外壁 内表面 外表面 内周 外周 内周面 外周面 上表面 下表面 上方 下方 上端 下端 上部 下部 上侧 下侧 左侧 右侧 左端 右端 左部 右部
  前端 后端 前侧 后侧 前部 后部 前方 后方 顶部 顶端 顶面 底部 底端 底面 侧壁 侧面 侧部 侧边 两侧 一侧 另一侧 两端 一端 另一端 端部 端面 表面 中部 中心 中央
  中间 边缘 周围 周边 周向 周缘 轴线 轴心 轴向 径向 之间 之外 之内 之上 之下 内腔 四周 四角 末端 首端 尾端 根部 头部 尾部 长度 宽度 厚度 高度 直径 半径
  内径 外径 面积 体积 重量 质量 温度 压力 浓度 含量 比例 数量 位置 方向 角度 速度 时间 频率 数值 大小 形状 内 外 上 下 中 处 间 前 左 右 两`);

/** Stand for themselves. */
const UNIQUE = new Set(
  words(
    '步骤 方法 装置 系统 设备 产品 用户 操作者 人员 地面 外界 环境 空气 大气 水平面 互联网 公式 范围 情况 条件 过程 要求 权利要求 发明',
  ),
);

/** Of the places those that follow a thing, unless a part is named by them: 表中, but 中轴. */
const WITHIN = '中内上';
const COMPOUNDS =
  '部侧端方面壁表腔间心央层级位游盖板轴胆筒模环圈管缸座架梁臂壳罩衬套齿轮径周孔槽沿缘角边口框体块片段';

/** What may be left over at the end of a term. */
const TRAILING =
  /[在为是被将把由从向对以于可能有使经按朝沿并且均也还分别依次再先又呈绕与和或及至到不未已等按所压且]+$/;

interface Index {
  by_first: ReadonlyMap<string, readonly string[]>;
}

function indexOf(list: readonly string[]): Index {
  const longest_first = list.toSorted((a, b) => b.length - a.length);
  return { by_first: Map.groupBy(longest_first, (word) => word[0]!) };
}

const HARD_INDEX = indexOf(HARD);
const VERB_INDEX = indexOf(VERBS);
const INHERENT_INDEX = indexOf(INHERENT);

function wordAt({ by_first }: Index, text: string, at: number): string | null {
  return by_first.get(text[at]!)?.find((word) => text.startsWith(word, at)) ?? null;
}

/** Words that hold a character of HARD and do not end a term. */
const WHOLE = indexOf(
  words(`
  方向 转向 定向 纵向 横向 双向 单向 万向 反向 正向 向量 对象 配对 对准 对称 从动 自由 以太网 以太 行为 存在 在线 光能 和面 混和 与门 或门 非门 后轮 后桥 后盖 后壳
  后视 后轴 后板 后壁 前轮 前桥 前盖 前壳 前轴 前板 前壁 前置 后置 后处理 前处理 时钟 时刻 时间 时长 时域 时隙 计时 定时 实时 延时 同时 时序 时段 使用 并行 并发 并网 还原 都市
  先导 再生 再热 当量 到达 至少 对比 对流 对数 对讲 于是 以上 以下 以内 其他 其它 其余 为主 行为 人为 其特征 应对 针对 成对 校对 绝对 相对 对射 对苯 对甲 对羟 对氨 或者
  对外 面向 朝向 取向 流向 去向 意向 走向 趋向 向心 向上 向下 由于 自由度 理由 冬至 从属 从站 主从 从机 服从 跟从 丛 冷却后 事后 由此 和谐 总和 饱和 中和 温和 和值 求和
  及时 及格 涉及 提及 以前 目的 靶的 的确 是否 该类 应该 于此 关于 由来 被子 将来 把手 门把 把柄 手把 经过 后端 前端 后侧 前侧 后部 前部 后方 前方 只读 还款 也就 至多 夏至 在位 所在 内在 潜在 实在 对角 对位 对偶 对齐 对冲 对焦 正对 匹配对 单对 一对 两对 多对 键值对 对抗 对话 向导 向前 向后`),
);

/** Up to how many characters a term may have. */
const LONGEST_characters = 24;

const ORDINAL = /^第[一二三四五六七八九十百\d]+/;
const HAN_OR_WORD = /[\p{Script=Han}A-Za-z0-9α-ωΑ-Ω]/u;

/**
 * Where a term that begins at a place may end: before each verb and each part of the thing, and last where it must end.
 * Verbs are an open class: the last end may lie behind one that no list has.
 */
export function endsOf(text: string, from: number): number[] {
  const ends: number[] = [];
  const first = from + ordinalAt(text, from);
  let at = first;
  for (; at < text.length && at - from < LONGEST_characters; at++) {
    if (!HAN_OR_WORD.test(text[at]!)) break;
    const whole = wordAt(WHOLE, text, at);
    if (whole !== null && whole.length > 1) {
      if (at > first && endsBefore(text, at)) ends.push(at);
      at += whole.length - 1;
      continue;
    }
    if (at === first) continue;
    if (wordAt(HARD_INDEX, text, at) !== null) break;
    const verb = wordAt(VERB_INDEX, text, at);
    if (verb !== null) {
      ends.push(at);
      at += verb.length - 1;
    } else if (endsBefore(text, at)) ends.push(at);
  }
  const end = Math.min(at, text.length);
  const last = from + text.slice(from, end).replace(TRAILING, '').length;
  return [...new Set([...ends.filter((each) => each < last), last])].filter((each) => each > first);
}

/** Length of 第一 and the like at a place; 0 where there is none. */
export function ordinalAt(text: string, at: number): number {
  return ORDINAL.exec(text.slice(at, at + LONGEST_characters))?.[0].length ?? 0;
}

/** Whether a verb begins at a place, and not a noun made of one such as 连接件. */
export function startsVerb(text: string, at: number): boolean {
  const verb = wordAt(VERB_INDEX, text, at);
  return verb !== null && !TAILS.includes(text[at + verb.length] ?? '。');
}

/** Before a part or place that the thing has anyway. */
function endsBefore(text: string, at: number): boolean {
  const inherent = wordAt(INHERENT_INDEX, text, at);
  if (inherent === null) return false;
  const after = at + inherent.length;
  if (inherent.length > 1 || isBound(text, after)) return true;
  return WITHIN.includes(inherent) && !COMPOUNDS.includes(text[after]!);
}

/** Whether no term goes on at a place. */
export function isBound(text: string, at: number): boolean {
  if (at >= text.length || !/[\p{Script=Han}A-Za-z]/u.test(text[at]!)) return true;
  const whole = wordAt(WHOLE, text, at);
  if (whole !== null && !wordAt(HARD_INDEX, text, at)?.startsWith(whole)) return endsBefore(text, at);
  return (
    wordAt(HARD_INDEX, text, at) !== null || wordAt(VERB_INDEX, text, at) !== null || endsBefore(text, at)
  );
}

export function isUniqueZh(term: string): boolean {
  return UNIQUE.has(term);
}
