namespace TcmBrain.Institutions.Accounts;

internal static class AccountsFeature
{
    public static WebApplicationBuilder AddAccounts(this WebApplicationBuilder builder)
    {
        builder
            .Services.AddSingleton<AccountReading>()
            .AddSingleton<AccountAdministration>()
            .AddSingleton<ClientAdministration>()
            .AddSingleton<UserAdministration>()
            .AddSingleton<SignatureKeyRegister>();
        return builder;
    }

    public static void MapAccounts(this WebApplication app)
    {
        app.MapClients();
        app.MapUsers();
        app.MapSignatureKeys();
    }
}
