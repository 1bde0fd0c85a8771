using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Running;

namespace Aspire.Hosting.Operations;

/// <summary>The page as the server renders it, in Chinese or English; the script then keeps it up to date.</summary>
internal static class PageText
{
    private static readonly Dictionary<string, Dictionary<string, string>> Words = new()
    {
        ["zh"] = new()
        {
            ["lang"] = "zh-CN",
            ["title"] = "数字中医药大脑 · 运行台",
            ["name"] = "资源",
            ["kind"] = "类型",
            ["state"] = "状态",
            ["health"] = "健康",
            ["urls"] = "地址",
            ["pid"] = "进程号",
            ["restarts"] = "重启",
            ["actions"] = "操作",
            ["logs"] = "日志",
            ["start"] = "启动",
            ["stop"] = "停止",
            ["restart"] = "重启",
            ["other"] = "English",
            ["otherLink"] = "/?lang=en",
            ["choose"] = "点一个资源的“日志”，这里实时显示。",
            ["lost"] = "连接已断开，正在重连……",
            ["NotStarted"] = "未启动",
            ["Waiting"] = "等待依赖",
            ["Starting"] = "启动中",
            ["Running"] = "运行中",
            ["Stopping"] = "停止中",
            ["Exited"] = "已退出",
            ["Finished"] = "已完成",
            ["FailedToStart"] = "启动失败",
            ["Healthy"] = "健康",
            ["Unhealthy"] = "异常",
            ["Unknown"] = "—",
        },
        ["en"] = new()
        {
            ["lang"] = "en",
            ["title"] = "TcmBrain · Operations",
            ["name"] = "Resource",
            ["kind"] = "Kind",
            ["state"] = "State",
            ["health"] = "Health",
            ["urls"] = "Endpoints",
            ["pid"] = "PID",
            ["restarts"] = "Restarts",
            ["actions"] = "Actions",
            ["logs"] = "Logs",
            ["start"] = "Start",
            ["stop"] = "Stop",
            ["restart"] = "Restart",
            ["other"] = "中文",
            ["otherLink"] = "/",
            ["choose"] = "Choose a resource's logs: they are shown here live.",
            ["lost"] = "Connection lost, trying again…",
            ["NotStarted"] = "Not started",
            ["Waiting"] = "Waiting",
            ["Starting"] = "Starting",
            ["Running"] = "Running",
            ["Stopping"] = "Stopping",
            ["Exited"] = "Exited",
            ["Finished"] = "Finished",
            ["FailedToStart"] = "Failed to start",
            ["Healthy"] = "Healthy",
            ["Unhealthy"] = "Unhealthy",
            ["Unknown"] = "—",
        },
    };

    public static string Render(ApplicationRun run, string token, string language)
    {
        var words = Words[language];
        var rows = new StringBuilder();
        foreach (var runner in run.Runners)
            rows.Append(Row(ResourceStatus.Of(runner), runner.CanBeControlled, words));
        var page = new StringBuilder(Asset("page.html"))
            .Replace("{{rows}}", rows.ToString())
            .Replace("{{token}}", token)
            .Replace("{{words}}", WebUtility.HtmlEncode(JsonSerializer.Serialize(words)));
        foreach (var (key, word) in words)
            page.Replace("{{" + key + "}}", WebUtility.HtmlEncode(word));
        return page.ToString();
    }

    public static string Asset(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Row(ResourceStatus status, bool controlled, Dictionary<string, string> words)
    {
        var name = WebUtility.HtmlEncode(status.Name);
        var urls = string.Join(
            "<br>",
            status.Urls.Select(url =>
                url.StartsWith("http", StringComparison.Ordinal)
                    ? $"<a href=\"{WebUtility.HtmlEncode(url)}\">{WebUtility.HtmlEncode(url)}</a>"
                    : WebUtility.HtmlEncode(url)
            )
        );
        var buttons = new StringBuilder($"<button data-logs=\"{name}\">{words["logs"]}</button>");
        if (controlled)
            foreach (var action in new[] { "start", "stop", "restart" })
                buttons.Append($"<button data-action=\"{action}\" data-name=\"{name}\">{words[action]}</button>");
        return $"""
            <tr id="resource-{name}"><th scope="row">{name}</th><td>{status.Kind}</td>
            <td data-field="state" data-value="{status.State}">{words[status.State]}</td>
            <td data-field="health" data-value="{status.Health}">{words[status.Health]}</td>
            <td>{urls}</td><td data-field="pid">{status.Pid}</td><td data-field="restarts">{status.Restarts}</td><td>{buttons}</td></tr>

            """;
    }
}
