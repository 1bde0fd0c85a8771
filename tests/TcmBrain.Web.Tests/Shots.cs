namespace TcmBrain.Web.Tests;

/// <summary>Pictures of pages for people to look at, when TCM_SCREENSHOTS=1.</summary>
internal static class Shots
{
    public static async Task TakeAsync(Visit visit, string name)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"{name}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file, FullPage = true });
        }
    }
}
