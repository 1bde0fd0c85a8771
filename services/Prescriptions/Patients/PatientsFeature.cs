namespace TcmBrain.Prescriptions.Patients;

internal static class PatientsFeature
{
    public static IServiceCollection AddPatients(this IServiceCollection services) =>
        services
            .AddSingleton<IdentityKeyRing>()
            .AddSingleton<PatientIdentityVault>()
            .AddSingleton<IdentityAccess>()
            .AddSingleton<HandoverAccess>()
            .AddSingleton<IdentityErasure>()
            .AddSingleton<AccessLog>()
            .AddHostedService<IdentityResealing>();
}
